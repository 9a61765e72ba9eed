import { GraphBuilder, type ModelProto, float } from '@quantloop/onnx';
import { parseConfig } from '../checkpoint/config.ts';
import type { Architecture, BuildOptions } from './architecture.ts';
import { LlamaConfig } from './llama-config.ts';
import { llamaWeights } from './llama-weights.ts';
import { rotaryCache, rotaryFrequencies } from './rotary.ts';
import { WeightStream } from './weight-stream.ts';

const CONTRIB = 'com.microsoft';

/**
 * Llama: grouped-query attention, rotary embedding, RMS norm, SwiGLU; tied or untied head; optional biases.
 * Source: transformers `modeling_llama.py`.
 */
export const llama: Architecture = {
  name: 'llama',
  matches: ({ model_type, architectures }) =>
    model_type === 'llama' || (model_type === undefined && architectures?.[0] === 'LlamaForCausalLM'),
  build: async (options) => {
    const config = parseConfig(LlamaConfig, options.config, 'config.json of the model');
    return new LlamaGraph(config, options).build();
  },
};

/** Names shared by all layers. */
interface Shared {
  cos: string;
  sin: string;
  /** int32 [batch]: position of each row's last token of this call. */
  lastPositions: string;
  /** int32 scalar: cache and call together. */
  totalLength: string;
  /** int64 [batch, sequence]: position of every token, where the rotation is a node of its own. */
  positions: string | undefined;
}

/** GroupQueryAttention rotates heads itself only when their width is a multiple of this (ONNX Runtime 1.30). */
const FUSED_ROTARY_WIDTH = 16;

class LlamaGraph {
  readonly #config: LlamaConfig;
  readonly #options: BuildOptions;
  readonly #weights: WeightStream;
  readonly #graph = new GraphBuilder({ name: 'decoder' });

  constructor(config: LlamaConfig, options: BuildOptions) {
    this.#config = config;
    this.#options = options;
    this.#weights = new WeightStream(options, llamaWeights(config));
  }

  async build(): Promise<ModelProto> {
    const g = this.#graph;
    const { layers, kvHeads, headDim, vocabulary } = this.#config;
    const ids = g.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
    const mask = g.input('attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
    const cache = ['batch_size', kvHeads, 'past_sequence_length', headDim];
    for (let layer = 0; layer < layers; layer++) {
      g.input(`past_key_values.${layer}.key`, 'float32', cache);
      g.input(`past_key_values.${layer}.value`, 'float32', cache);
    }
    g.output('logits', 'float32', ['batch_size', 'sequence_length', vocabulary]);
    const present = ['batch_size', kvHeads, 'total_sequence_length', headDim];
    for (let layer = 0; layer < layers; layer++) {
      g.output(`present.${layer}.key`, 'float32', present);
      g.output(`present.${layer}.value`, 'float32', present);
    }

    const shared = { ...this.#lengths(ids, mask), ...(await this.#rotary()) };
    const embedding = g.addInitializer(await this.#weights.keep('model.embed_tokens.weight'));
    let residual = g.node('Gather', [embedding, ids], { name: '/model/embed_tokens/Gather' });
    let added: string | undefined;
    for (let layer = 0; layer < layers; layer++) {
      const prefix = `model.layers.${layer}`;
      const before = await this.#norm(`${prefix}.input_layernorm`, residual, added);
      const attended = await this.#attention(layer, before.normed, shared);
      const after = await this.#norm(`${prefix}.post_attention_layernorm`, before.residual, attended);
      added = await this.#mlp(`${prefix}.mlp`, after.normed);
      residual = after.residual;
    }
    const { normed } = await this.#norm('model.norm', residual, added);
    await this.#head(normed, embedding);
    return g.model();
  }

  /**
   * Where each row's tokens go. A row's cache is filled without gaps up to its own length (the ones of the mask's
   * cached part), as GroupQueryAttention expects of right-padded batches. The tokens of this call all count, padding
   * too: it comes after the real ones, which never look at it, and the next call overwrites its cache.
   */
  #lengths(ids: string, mask: string): Pick<Shared, 'lastPositions' | 'totalLength' | 'positions'> {
    const g = this.#graph;
    const axis = { start: 1, end: 2 };
    const called = g.node('Shape', [ids], { attributes: axis });
    const cached = g.node('Shape', ['past_key_values.0.key'], { attributes: { start: 2, end: 3 } });
    const zero = g.constant('int64', [1], [0]);
    const one = g.constant('int64', [1], [1]);
    const cachedMask = g.node('Slice', [mask, zero, cached, one]);
    const filled = g.node('ReduceSum', [cachedMask, one], { attributes: { keepdims: 0 } });
    const last = g.node('Sub', [g.node('Add', [filled, called]), one]);
    const total = g.node('Squeeze', [g.node('Shape', [mask], { attributes: axis }), zero]);
    let positions: string | undefined;
    if (!this.#fusedRotary) {
      const scalar = (value: number) => g.constant('int64', [], [value]);
      const offsets = g.node('Range', [scalar(0), g.node('Squeeze', [called, zero]), scalar(1)]);
      positions = g.node('Add', [g.node('Unsqueeze', [filled, one]), offsets]);
    }
    return {
      positions,
      lastPositions: g.node('Cast', [last], { attributes: { to: 6 } }),
      totalLength: g.node('Cast', [total], { attributes: { to: 6 } }),
    };
  }

  async #rotary(): Promise<Pick<Shared, 'cos' | 'sin'>> {
    const { rope, headDim, positions } = this.#config;
    const frequencies = rotaryFrequencies(rope, headDim);
    const store = async (name: string, wave: (angle: number) => number) => {
      const data = rotaryCache(wave, frequencies, positions);
      const shape = { name, type: 'float32', dims: [positions, headDim / 2] } as const;
      return this.#graph.addInitializer(await this.#options.writer.append({ ...shape, data }));
    };
    return { cos: await store('cos_cache', Math.cos), sin: await store('sin_cache', Math.sin) };
  }

  /** RMS norm of `residual + added`, and that sum. */
  async #norm(
    module: string,
    residual: string,
    added: string | undefined,
  ): Promise<{ normed: string; residual: string }> {
    const g = this.#graph;
    const weight = g.addInitializer(await this.#weights.keep(`${module}.weight`));
    const node = nodeName(module);
    const epsilon = float(this.#config.epsilon);
    if (added === undefined) {
      // ONNX Runtime registers this contributed operator in the standard domain.
      const name = `${node}/SimplifiedLayerNormalization`;
      const attributes = { axis: -1, epsilon, stash_type: 1 };
      return {
        normed: g.node('SimplifiedLayerNormalization', [residual, weight], { name, attributes }),
        residual,
      };
    }
    const name = `${node}/SkipSimplifiedLayerNormalization`;
    const outputs = [`${name}/output_0`, '', '', `${name}/output_3`] as const;
    g.node('SkipSimplifiedLayerNormalization', [residual, added, weight], {
      name,
      domain: CONTRIB,
      outputs,
      attributes: { epsilon },
    });
    return { normed: outputs[0], residual: outputs[3] };
  }

  /** `x · Wᵀ (+ b)`. */
  async #linear(module: string, input: string, bias: boolean): Promise<string> {
    const g = this.#graph;
    const weight = await this.#weights.transposed(`${module}.weight`, `${module}.MatMul.weight`);
    const node = nodeName(module);
    const product = g.node('MatMul', [input, g.addInitializer(weight)], { name: `${node}/MatMul` });
    if (!bias) return product;
    const offset = g.addInitializer(await this.#weights.keep(`${module}.bias`, `${module}.Add.bias`));
    return g.node('Add', [product, offset], { name: `${node}/Add` });
  }

  async #attention(layer: number, input: string, shared: Shared): Promise<string> {
    const g = this.#graph;
    const { attentionBias, heads, kvHeads, headDim } = this.#config;
    const module = `model.layers.${layer}.self_attn`;
    let query = await this.#linear(`${module}.q_proj`, input, attentionBias);
    let key = await this.#linear(`${module}.k_proj`, input, attentionBias);
    const value = await this.#linear(`${module}.v_proj`, input, attentionBias);
    const name = `${nodeName(module)}/GroupQueryAttention`;
    const past = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`];
    const { cos, sin, positions } = shared;
    if (positions !== undefined) {
      query = this.#rotate(`${nodeName(module)}/q_rotary`, query, heads, { cos, sin, positions });
      key = this.#rotate(`${nodeName(module)}/k_rotary`, key, kvHeads, { cos, sin, positions });
    }
    const tables = this.#fusedRotary ? [cos, sin] : [];
    const attended = g.node(
      'GroupQueryAttention',
      [query, key, value, ...past, shared.lastPositions, shared.totalLength, ...tables],
      {
        name,
        domain: CONTRIB,
        outputs: [`${name}/output_0`, `present.${layer}.key`, `present.${layer}.value`],
        attributes: {
          num_heads: heads,
          kv_num_heads: kvHeads,
          scale: float(1 / Math.sqrt(headDim)),
          do_rotary: this.#fusedRotary ? 1 : 0,
          rotary_interleaved: 0,
        },
      },
    );
    return this.#linear(`${module}.o_proj`, attended, attentionBias);
  }

  #rotate(
    name: string,
    input: string,
    heads: number,
    tables: { cos: string; sin: string; positions: string },
  ): string {
    return this.#graph.node('RotaryEmbedding', [input, tables.positions, tables.cos, tables.sin], {
      name: `${name}/RotaryEmbedding`,
      domain: CONTRIB,
      attributes: { num_heads: heads, rotary_embedding_dim: this.#config.headDim, interleaved: 0 },
    });
  }

  get #fusedRotary(): boolean {
    return this.#config.headDim % FUSED_ROTARY_WIDTH === 0;
  }

  /** `down(silu(gate(x)) · up(x))`. */
  async #mlp(module: string, input: string): Promise<string> {
    const g = this.#graph;
    const { mlpBias } = this.#config;
    const node = nodeName(module);
    const gate = await this.#linear(`${module}.gate_proj`, input, mlpBias);
    const up = await this.#linear(`${module}.up_proj`, input, mlpBias);
    const sigmoid = g.node('Sigmoid', [gate], { name: `${node}/act_fn/Sigmoid` });
    const active = g.node('Mul', [gate, sigmoid], { name: `${node}/act_fn/Mul` });
    const product = g.node('Mul', [active, up], { name: `${node}/Mul` });
    return this.#linear(`${module}.down_proj`, product, mlpBias);
  }

  /**
   * A tied head reads the embedding itself, transposed by the kernel. Measured with 32,000 × 1,024 float32 on
   * ONNX Runtime 1.30: 131 MB on disk instead of 262 MB for a second copy, the same time per call and the same
   * private memory; MatMul over a Transpose node loads twice as long, because it is folded into a second copy.
   */
  async #head(input: string, embedding: string): Promise<void> {
    const name = '/lm_head/MatMul';
    const outputs = ['logits'];
    if (this.#config.tiedHead) {
      this.#graph.node('FusedMatMul', [input, embedding], {
        name,
        domain: CONTRIB,
        outputs,
        attributes: { transB: 1 },
      });
      return;
    }
    const weight = await this.#weights.transposed('lm_head.weight', 'lm_head.MatMul.weight');
    this.#graph.node('MatMul', [input, this.#graph.addInitializer(weight)], { name, outputs });
  }
}

/** `model.layers.0.mlp` → `/model/layers.0/mlp`, as torch exporters name nodes. */
function nodeName(module: string): string {
  return `/${module.replace(/\.(?!\d)/g, '/')}`;
}
