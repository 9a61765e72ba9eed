import { GraphBuilder, makeTensor, transpose, type ModelProto, type OnnxType } from '@quantloop/onnx';
import { TINY, type TinyWeights } from './tiny-weights.ts';

export interface OptimumOptions {
  weights: TinyWeights;
  /** 13 to 22. */
  opset: number;
  /** Where linear weights lie: folded into initializers with made-up names, behind a Transpose, or in Constant nodes. */
  form: 'folded' | 'transpose' | 'constant';
  /** Names an initializer gets or a weight that is stored in half precision and cast before each use. */
  stored?: Extract<OnnxType, 'float32' | 'float16' | 'bfloat16'>;
}

/**
 * A Llama as Optimum's torch export writes it: norms, rotation and attention in elementary operators, nodes named by
 * module path, folded weights `onnx::MatMul_<n>` as [inputs, outputs], copies handed on by `Identity`.
 */
export function optimumLlama(options: OptimumOptions): ModelProto {
  return new OptimumLlama(options).build();
}

class OptimumLlama {
  readonly #options: OptimumOptions;
  readonly #graph: GraphBuilder;
  #made = 1000;

  constructor(options: OptimumOptions) {
    this.#options = options;
    this.#graph = new GraphBuilder({ name: 'main_graph', opset: options.opset, irVersion: 8 });
  }

  build(): ModelProto {
    const g = this.#graph;
    const { vocabulary, kvHeads, headDim, layers, hidden } = TINY;
    g.input('input_ids', 'int64', ['batch_size', 'sequence_length']);
    g.input('attention_mask', 'int64', ['batch_size', 'past_sequence_length + sequence_length']);
    g.input('position_ids', 'int64', ['batch_size', 'sequence_length']);
    for (const name of this.#cache('past_key_values')) {
      g.input(name, 'float32', ['batch_size', kvHeads, 'past_sequence_length', headDim]);
    }
    g.output('logits', 'float32', ['batch_size', 'sequence_length', vocabulary]);
    for (const name of this.#cache('present')) {
      g.output(name, 'float32', ['batch_size', kvHeads, 'past_sequence_length + sequence_length', headDim]);
    }
    const embedding = this.#keep('model.embed_tokens.weight');
    const rotation = this.#rotation();
    const mask = this.#mask();
    let states = g.node('Gather', [embedding, 'input_ids'], { name: '/model/embed_tokens/Gather' });
    for (let layer = 0; layer < layers; layer++) {
      const path = `/model/layers.${layer}`;
      const attended = this.#attention(layer, this.#norm(`${path}/input_layernorm`, states), rotation, mask);
      states = g.node('Add', [states, attended], { name: `${path}/Add` });
      const mixed = this.#mlp(`${path}/mlp`, this.#norm(`${path}/post_attention_layernorm`, states));
      states = g.node('Add', [states, mixed], { name: `${path}/Add_1` });
    }
    const normed = this.#norm('/model/norm', states);
    if (this.#options.weights.has('lm_head.weight')) {
      this.#linear('/lm_head', normed, ['logits']);
    } else {
      // The exporter keeps one of two equal tensors and hands it on under the other's name.
      const shared = g.node('Identity', [embedding], { name: 'Identity_7', outputs: ['lm_head.weight'] });
      const turned = g.node('Transpose', [shared], {
        name: '/lm_head/Transpose',
        attributes: { perm: [1, 0] },
      });
      g.node('MatMul', [normed, turned], { name: '/lm_head/MatMul', outputs: ['logits'] });
    }
    if (hidden !== TINY.heads * headDim) throw new RangeError('heads do not fill the hidden size');
    return g.model();
  }

  #cache(prefix: string): string[] {
    return Array.from(
      { length: 2 * TINY.layers },
      (_, i) => `${prefix}.${i >> 1}.${i % 2 === 0 ? 'key' : 'value'}`,
    );
  }

  #weight(module: string) {
    const name = `${module.replace(/^\//, '').replaceAll('/', '.')}.weight`;
    return { name, ...this.#options.weights.get(name)! };
  }

  #keep(name: string): string {
    const { dims, data } = this.#options.weights.get(name)!;
    return this.#graph.initializer(name, 'float32', dims, data);
  }

  #linear(module: string, input: string, outputs?: string[]): string {
    const g = this.#graph;
    const { form, stored = 'float32' } = this.#options;
    const { name, dims, data } = this.#weight(module);
    const [n, k] = dims as [number, number];
    const values = form === 'transpose' ? data : transpose(data, n, k);
    const numbers = [...values];
    const shape = form === 'transpose' ? [n, k] : [k, n];
    const folded = `onnx::MatMul_${this.#made++}`;
    let weight: string;
    if (form === 'constant') {
      const value = makeTensor({ name: '', type: stored, dims: shape, data: numbers });
      weight = g.node('Constant', [], {
        outputs: [folded],
        name: `Constant_${folded}`,
        attributes: { value },
      });
    } else {
      weight = g.initializer(form === 'folded' ? folded : name, stored, shape, numbers);
    }
    if (stored !== 'float32')
      weight = g.node('Cast', [weight], { name: `${module}/Cast`, attributes: { to: 1 } });
    if (form === 'transpose') {
      weight = g.node('Transpose', [weight], { name: `${module}/Transpose`, attributes: { perm: [1, 0] } });
    }
    return g.node('MatMul', [input, weight], {
      name: `${module}/MatMul`,
      outputs: outputs ?? [`${module}/MatMul_output_0`],
    });
  }

  /** x / √(mean x² + ε) · w, operator by operator. */
  #norm(module: string, x: string): string {
    const g = this.#graph;
    const square = g.node('Pow', [x, g.constant('float32', [], [2])], { name: `${module}/Pow` });
    const axes = [-1];
    const mean =
      this.#options.opset < 18
        ? g.node('ReduceMean', [square], { name: `${module}/ReduceMean`, attributes: { axes } })
        : g.node('ReduceMean', [square, g.constant('int64', [1], axes)], { name: `${module}/ReduceMean` });
    const root = g.node('Sqrt', [g.node('Add', [mean, g.constant('float32', [], [TINY.epsilon])])]);
    const normed = g.node('Mul', [x, g.node('Div', [g.constant('float32', [], [1]), root])], {
      name: `${module}/Mul`,
    });
    return g.node('Mul', [this.#keep(`${module.slice(1).replaceAll('/', '.')}.weight`), normed], {
      name: `${module}/Mul_1`,
    });
  }

  /** Cosines and sines of every position, [batch, 1, sequence, headDim]. */
  #rotation(): { cos: string; sin: string } {
    const g = this.#graph;
    const { headDim, theta } = TINY;
    const frequencies = Array.from({ length: headDim / 2 }, (_, i) => theta ** ((-2 * i) / headDim));
    // A product with a constant on its left: no linear layer.
    const inverse = g.initializer('model.rotary_emb.inv_freq', 'float32', [headDim / 2, 1], frequencies);
    const positions = g.node('Cast', [g.node('Unsqueeze', ['position_ids', g.constant('int64', [1], [1])])], {
      attributes: { to: 1 },
    });
    const angles = g.node('MatMul', [inverse, positions], { name: '/model/rotary_emb/MatMul' });
    const turned = g.node('Transpose', [angles], { attributes: { perm: [0, 2, 1] } });
    const both = g.node('Concat', [turned, turned], { attributes: { axis: -1 } });
    const wave = (op: string) => g.node('Unsqueeze', [g.node(op, [both]), g.constant('int64', [1], [1])]);
    return { cos: wave('Cos'), sin: wave('Sin') };
  }

  /** 0 where a token may look, else the lowest number: [batch, 1, sequence, total]. */
  #mask(): string {
    const g = this.#graph;
    const int = (value: number) => g.constant('int64', [], [value]);
    const axis = (...values: number[]) => g.constant('int64', [values.length], values);
    const length = (value: string, dim: number) => g.node('Gather', [g.node('Shape', [value]), int(dim)]);
    const past = length('past_key_values.0.key', 2);
    const total = g.node('Add', [past, length('input_ids', 1)]);
    const queries = g.node('Unsqueeze', [g.node('Range', [past, total, int(1)]), axis(1)]);
    const keys = g.node('Unsqueeze', [g.node('Range', [int(0), total, int(1)]), axis(0)]);
    const causal = g.node('Not', [g.node('Greater', [keys, queries])]);
    const real = g.node('Unsqueeze', [
      g.node('Cast', ['attention_mask'], { attributes: { to: 9 } }),
      axis(1, 2),
    ]);
    const seen = g.node('And', [causal, real]);
    const number = (value: number) => g.constant('float32', [], [value]);
    return g.node('Where', [seen, number(0), number(-3.4028234663852886e38)], { name: '/model/Where' });
  }

  #attention(layer: number, input: string, { cos, sin }: { cos: string; sin: string }, mask: string): string {
    const g = this.#graph;
    const { heads, kvHeads, headDim, hidden } = TINY;
    const path = `/model/layers.${layer}/self_attn`;
    const shape = (...dims: number[]) => g.constant('int64', [dims.length], dims);
    const perm = (value: string, axes: number[]) =>
      g.node('Transpose', [value], { attributes: { perm: axes } });
    const split = (value: string, count: number) =>
      perm(g.node('Reshape', [value, shape(0, 0, count, headDim)]), [0, 2, 1, 3]);
    const part = (x: string, from: number, to: number) =>
      g.node('Slice', [x, shape(from), shape(to), shape(3)]);
    const rotate = (x: string) => {
      const [low, high] = [part(x, 0, headDim / 2), part(x, headDim / 2, headDim)];
      const other = g.node('Concat', [g.node('Neg', [high]), low], { attributes: { axis: -1 } });
      return g.node('Add', [g.node('Mul', [x, cos]), g.node('Mul', [other, sin])]);
    };
    const cached = (kind: string, value: string) =>
      g.node('Concat', [`past_key_values.${layer}.${kind}`, value], {
        attributes: { axis: 2 },
        outputs: [`present.${layer}.${kind}`],
      });
    const group = heads / kvHeads;
    const repeat = (value: string) => {
      const lone = g.node('Unsqueeze', [value, shape(2)]);
      const times = g.node('Expand', [lone, shape(1, 1, group, 1, 1)]);
      return g.node('Reshape', [times, shape(0, heads, -1, headDim)]);
    };
    const query = rotate(split(this.#linear(`${path}/q_proj`, input), heads));
    const key = cached('key', rotate(split(this.#linear(`${path}/k_proj`, input), kvHeads)));
    const value = cached('value', split(this.#linear(`${path}/v_proj`, input), kvHeads));
    const scores = g.node('MatMul', [query, perm(repeat(key), [0, 1, 3, 2])], { name: `${path}/MatMul` });
    const scaled = g.node('Div', [scores, g.constant('float32', [], [Math.sqrt(headDim)])]);
    const shares = g.node('Softmax', [g.node('Add', [scaled, mask])], { attributes: { axis: -1 } });
    const mixed = perm(g.node('MatMul', [shares, repeat(value)], { name: `${path}/MatMul_1` }), [0, 2, 1, 3]);
    return this.#linear(`${path}/o_proj`, g.node('Reshape', [mixed, shape(0, 0, hidden)]));
  }

  #mlp(path: string, input: string): string {
    const g = this.#graph;
    const gate = this.#linear(`${path}/gate_proj`, input);
    const active = g.node('Mul', [gate, g.node('Sigmoid', [gate], { name: `${path}/act_fn/Sigmoid` })]);
    const product = g.node('Mul', [active, this.#linear(`${path}/up_proj`, input)], { name: `${path}/Mul` });
    return this.#linear(`${path}/down_proj`, product);
  }
}
