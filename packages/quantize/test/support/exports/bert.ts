import { float, GraphBuilder, transpose, type ModelProto } from '@quantloop/onnx';
import { normals } from '../random.ts';

const [VOCABULARY, HIDDEN, HEADS, MIDDLE, POSITIONS] = [30, 32, 2, 48, 16];

/**
 * One layer of BERT as Optimum exports it: token, type and position tables, `MatMul` and `Add` under the paths of
 * modules, a pooler that is a `Gemm` on the weight as it was; input_ids, attention_mask, token_type_ids →
 * last_hidden_state, pooler_output.
 */
export function bert(): ModelProto {
  const g = new GraphBuilder({ name: 'main_graph', opset: 17, irVersion: 8 });
  let seed = 1;
  let made = 200;
  const random = (dims: number[], scale: number, offset = 0) =>
    normals(
      dims.reduce((a, b) => a * b, 1),
      seed++,
    ).map((value) => scale * value + offset);
  const store = (name: string, dims: number[], scale: number, offset = 0) =>
    g.initializer(name, 'float32', dims, random(dims, scale, offset));
  const linear = (module: string, input: string, k: number, n: number) => {
    const weight = g.initializer(
      `onnx::MatMul_${made++}`,
      'float32',
      [k, n],
      random([k, n], 1 / Math.sqrt(k)),
    );
    const product = g.node('MatMul', [input, weight], { name: `${module}/MatMul` });
    const bias = store(`${module.slice(1).replaceAll('/', '.')}.bias`, [n], 0.1);
    return g.node('Add', [bias, product], { name: `${module}/Add` });
  };
  const norm = (module: string, input: string) => {
    const name = module.slice(1).replaceAll('/', '.');
    const parts = [store(`${name}.weight`, [HIDDEN], 0.1, 1), store(`${name}.bias`, [HIDDEN], 0.1)];
    const attributes = { axis: -1, epsilon: float(1e-12) };
    return g.node('LayerNormalization', [input, ...parts], {
      name: `${module}/LayerNormalization`,
      attributes,
    });
  };
  const ints = (...values: number[]) => g.constant('int64', [values.length], values);

  for (const name of ['input_ids', 'attention_mask', 'token_type_ids']) {
    g.input(name, 'int64', ['batch_size', 'sequence_length']);
  }
  g.output('last_hidden_state', 'float32', ['batch_size', 'sequence_length', HIDDEN]);
  g.output('pooler_output', 'float32', ['batch_size', HIDDEN]);

  const length = g.node('Gather', [g.node('Shape', ['input_ids']), ints(1)], { attributes: { axis: 0 } });
  const all = g.initializer('embeddings.position_ids', 'int64', [1, POSITIONS], [...Array(POSITIONS).keys()]);
  const places = g.node('Slice', [all, ints(0), length, ints(1)]);
  const look = (table: string, rows: number, ids: string) =>
    g.node('Gather', [store(`embeddings.${table}.weight`, [rows, HIDDEN], 1), ids], {
      name: `/embeddings/${table}/Gather`,
    });
  const words = look('word_embeddings', VOCABULARY, 'input_ids');
  const types = look('token_type_embeddings', 2, 'token_type_ids');
  const positions = look('position_embeddings', POSITIONS, places);
  const sum = g.node('Add', [g.node('Add', [words, types]), positions]);
  let states = norm('/embeddings/LayerNorm', sum);

  const real = g.node('Cast', [g.node('Unsqueeze', ['attention_mask', ints(1, 2)])], {
    attributes: { to: 1 },
  });
  const gap = g.node('Sub', [g.constant('float32', [], [1]), real]);
  const mask = g.node('Mul', [gap, g.constant('float32', [], [-3.4028234663852886e38])]);

  const path = '/encoder/layer.0';
  const width = HIDDEN / HEADS;
  const split = (part: string, perm: number[]) => {
    const value = linear(`${path}/attention/self/${part}`, states, HIDDEN, HIDDEN);
    return g.node('Transpose', [g.node('Reshape', [value, ints(0, 0, HEADS, width)])], {
      attributes: { perm },
    });
  };
  const scores = g.node('MatMul', [split('query', [0, 2, 1, 3]), split('key', [0, 2, 3, 1])]);
  const scaled = g.node('Add', [
    g.node('Div', [scores, g.constant('float32', [], [Math.sqrt(width)])]),
    mask,
  ]);
  const shares = g.node('Softmax', [scaled], { attributes: { axis: -1 } });
  const mixed = g.node('Transpose', [g.node('MatMul', [shares, split('value', [0, 2, 1, 3])])], {
    attributes: { perm: [0, 2, 1, 3] },
  });
  const joined = g.node('Reshape', [mixed, ints(0, 0, HIDDEN)]);
  const attended = linear(`${path}/attention/output/dense`, joined, HIDDEN, HIDDEN);
  states = norm(`${path}/attention/output/LayerNorm`, g.node('Add', [attended, states]));
  const raised = linear(`${path}/intermediate/dense`, states, HIDDEN, MIDDLE);
  const erf = g.node('Erf', [g.node('Div', [raised, g.constant('float32', [], [Math.SQRT2])])]);
  const half = g.node('Mul', [raised, g.node('Add', [erf, g.constant('float32', [], [1])])]);
  const lowered = linear(
    `${path}/output/dense`,
    g.node('Mul', [half, g.constant('float32', [], [0.5])]),
    MIDDLE,
    HIDDEN,
  );
  const last = norm(`${path}/output/LayerNorm`, g.node('Add', [lowered, states]));
  g.node('Identity', [last], { outputs: ['last_hidden_state'] });

  const first = g.node('Gather', [last, g.constant('int64', [], [0])], {
    name: '/pooler/Gather',
    attributes: { axis: 1 },
  });
  const weight = g.initializer(
    'pooler.dense.weight',
    'float32',
    [HIDDEN, HIDDEN],
    transpose(random([HIDDEN, HIDDEN], 0.2), HIDDEN, HIDDEN),
  );
  const pooled = g.node('Gemm', [first, weight, store('pooler.dense.bias', [HIDDEN], 0.1)], {
    name: '/pooler/dense/Gemm',
    attributes: { transB: 1, alpha: float(1), beta: float(1) },
  });
  g.node('Tanh', [pooled], { outputs: ['pooler_output'] });
  return g.model();
}
