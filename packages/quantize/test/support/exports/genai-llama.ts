import {
  float,
  float32ToFloat16,
  GraphBuilder,
  makeTensor,
  transpose,
  type ModelProto,
  type OnnxType,
} from '@quantloop/onnx';
import { TINY, type TinyWeights } from './tiny-weights.ts';

const CONTRIB = 'com.microsoft';

export interface GenaiOptions {
  weights: TinyWeights;
  /** Of weights, states, cache and logits. */
  type: Extract<OnnxType, 'float32' | 'float16'>;
}

/**
 * A Llama as onnxruntime-genai's model builder writes it: opset 14, one `qkv_proj`, GroupQueryAttention that rotates,
 * norms fused with the residual sum, constants in `Constant` nodes, everything in the model's own precision.
 */
export function genaiLlama({ weights, type }: GenaiOptions): ModelProto {
  const g = new GraphBuilder({ name: 'main_graph', opset: 14, irVersion: 7, domains: { [CONTRIB]: 1 } });
  const { vocabulary, layers, heads, kvHeads, headDim, context, theta, epsilon } = TINY;
  const store = (name: string, dims: number[], data: Float32Array) =>
    g.initializer(name, type, dims, type === 'float16' ? float32ToFloat16(data) : data);
  const keep = (name: string, as = name) => store(as, weights.get(name)!.dims, weights.get(name)!.data);
  const constant = (kind: OnnxType, dims: number[], value: number) => {
    const name = `/model/constants/${kind}/${dims.length}D/${value}`;
    const tensor = makeTensor({ name, type: kind, dims, data: [value] });
    return g.node('Constant', [], {
      name: `${name}/node`,
      outputs: [`${name}/${made++}`],
      attributes: { value: tensor },
    });
  };
  let made = 0;
  const linear = (module: string, input: string, from: string[], outputs?: string[]) => {
    const parts = from.map((name) => weights.get(`${name}.weight`)!);
    const k = parts[0]!.dims[1]!;
    const n = parts.reduce((sum, { dims }) => sum + dims[0]!, 0);
    const rows = new Float32Array(n * k);
    parts.reduce((at, { data }) => (rows.set(data, at), at + data.length), 0);
    const weight = store(
      `${module.slice(1).replaceAll('/', '.')}.MatMul.weight`,
      [k, n],
      transpose(rows, n, k),
    );
    const name = `${module}/MatMul`;
    return g.node('MatMul', [input, weight], { name, outputs: outputs ?? [`${name}/output_0`] });
  };
  const norm = (module: string, residual: string, added: string | undefined, weight: string) => {
    const scale = keep(`${weight}.weight`, `${module.slice(1).replaceAll('/', '.')}.weight`);
    if (added === undefined) {
      const attributes = { axis: -1, epsilon: float(epsilon), stash_type: 1 };
      return {
        normed: g.node('SimplifiedLayerNormalization', [residual, scale], {
          name: `${module}/LayerNorm`,
          attributes,
        }),
        residual,
      };
    }
    const name = `${module}/SkipLayerNorm`;
    const outputs = [`${name}/output_0`, '', '', `${name}/output_3`];
    g.node('SkipSimplifiedLayerNormalization', [residual, added, scale], {
      name,
      domain: CONTRIB,
      outputs,
      attributes: { epsilon: float(epsilon) },
    });
    return { normed: outputs[0]!, residual: outputs[3]! };
  };

  const ids = g.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
  const mask = g.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  const caches = Array.from({ length: layers }, (_, layer) =>
    ['key', 'value'].map((kind) => [layer, kind] as const),
  ).flat();
  for (const [layer, kind] of caches) {
    g.input(`past_key_values.${layer}.${kind}`, type, [
      'batch_size',
      kvHeads,
      'past_sequence_length',
      headDim,
    ]);
  }
  g.output('logits', type, ['batch_size', 'sequence_length', vocabulary]);
  for (const [layer, kind] of caches) {
    g.output(`present.${layer}.${kind}`, type, ['batch_size', kvHeads, 'total_sequence_length', headDim]);
  }

  const reformat = '/model/attn_mask_reformat/attn_mask_subgraph';
  const sums = g.node('ReduceSum', [mask, constant('int64', [1], 1)], { name: `${reformat}/ReduceSum` });
  const last = g.node('Sub', [sums, constant('int64', [1], 1)], { name: `${reformat}/Sub` });
  const lengths = g.node('Cast', [last], { name: `${reformat}/Sub/Cast`, attributes: { to: 6 } });
  const width = g.node('Gather', [g.node('Shape', [mask]), constant('int64', [], 1)], {
    name: `${reformat}/Gather`,
    attributes: { axis: 0 },
  });
  const total = g.node('Cast', [width], { name: `${reformat}/Gather/Cast`, attributes: { to: 6 } });
  const wave = (name: string, f: (angle: number) => number) =>
    store(
      name,
      [context, headDim / 2],
      Float32Array.from({ length: (context * headDim) / 2 }, (_, i) => {
        const pair = i % (headDim / 2);
        return f(Math.floor(i / (headDim / 2)) * theta ** ((-2 * pair) / headDim));
      }),
    );
  const tables = [wave('cos_cache', Math.cos), wave('sin_cache', Math.sin)];

  let residual = g.node('Gather', [keep('model.embed_tokens.weight'), ids], {
    name: '/model/embed_tokens/Gather',
  });
  let added: string | undefined;
  for (let layer = 0; layer < layers; layer++) {
    const path = `/model/layers.${layer}`;
    const from = `model.layers.${layer}`;
    const before = norm(`${path}/input_layernorm`, residual, added, `${from}.input_layernorm`);
    const heads3 = ['q_proj', 'k_proj', 'v_proj'].map((part) => `${from}.self_attn.${part}`);
    const packed = linear(`${path}/attn/qkv_proj`, before.normed, heads3);
    const name = `${path}/attn/GroupQueryAttention`;
    const past = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`];
    const attended = g.node('GroupQueryAttention', [packed, '', '', ...past, lengths, total, ...tables], {
      name,
      domain: CONTRIB,
      outputs: [`${name}/output_0`, `present.${layer}.key`, `present.${layer}.value`],
      attributes: {
        num_heads: heads,
        kv_num_heads: kvHeads,
        local_window_size: -1,
        do_rotary: 1,
        rotary_interleaved: 0,
      },
    });
    const output = linear(`${path}/attn/o_proj`, attended, [`${from}.self_attn.o_proj`]);
    const after = norm(
      `${path}/post_attention_layernorm`,
      before.residual,
      output,
      `${from}.post_attention_layernorm`,
    );
    const gate = linear(`${path}/mlp/gate_proj`, after.normed, [`${from}.mlp.gate_proj`]);
    const up = linear(`${path}/mlp/up_proj`, after.normed, [`${from}.mlp.up_proj`]);
    const active = g.node('Mul', [gate, g.node('Sigmoid', [gate], { name: `${path}/mlp/act_fn/Sigmoid` })], {
      name: `${path}/mlp/act_fn/Mul`,
    });
    added = linear(`${path}/mlp/down_proj`, g.node('Mul', [active, up], { name: `${path}/mlp/Mul` }), [
      `${from}.mlp.down_proj`,
    ]);
    residual = after.residual;
  }
  const { normed } = norm(`/model/layers.${layers}/final_norm_layernorm`, residual, added, 'model.norm');
  linear('/lm_head', normed, [weights.has('lm_head.weight') ? 'lm_head' : 'model.embed_tokens'], ['logits']);
  return g.model();
}
