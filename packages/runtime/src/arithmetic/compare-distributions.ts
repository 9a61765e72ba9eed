import { GraphBuilder, ONNX_TYPES } from '@quantloop/onnx';
import { Tensor } from 'onnxruntime-node';
import { runnable } from '../decode/float16-tensor.ts';
import type { Arithmetic } from './arithmetic.ts';
import { headSize, rowsAtOnce, type DistributionCodes } from './encode-distributions.ts';

export interface CompareDistributionsInput {
  baseline: DistributionCodes;
  /** The candidate's logits `[..., vocabulary]`, float32 or float16. */
  candidate: Tensor;
  /** Positions of the codes' rows in it, as indices into the flattened leading dimensions. */
  rows: BigInt64Array;
  /** For each row a token of which both probabilities are wanted. */
  targets: BigInt64Array;
}

export interface ComparedDistributions {
  /** KL(baseline ‖ candidate) of each row in nats, computed in float64. */
  divergence: Float64Array;
  /** 1 where both find the same token most likely. */
  agreement: Uint8Array;
  /** Probability that the candidate gives the target, less what the baseline gives it. */
  shift: Float64Array;
}

/** How far a model's next-token distributions lie from recorded ones. */
export async function compareDistributions(
  arithmetic: Arithmetic,
  input: CompareDistributionsInput,
): Promise<ComparedDistributions> {
  const { baseline, candidate, rows, targets } = input;
  const vocabulary = candidate.dims.at(-1)!;
  const head = headSize(vocabulary);
  const type = candidate.type === 'float16' ? 'float16' : 'float32';
  const logits = candidate.reshape([candidate.size / vocabulary, vocabulary]);
  const n = rows.length;
  const result = {
    divergence: new Float64Array(n),
    agreement: new Uint8Array(n),
    shift: new Float64Array(n),
  };
  const step = rowsAtOnce(vocabulary);
  for (let first = 0; first < n; first += step) {
    const count = Math.min(step, n - first);
    const end = first + count;
    const outputs = await arithmetic.run(
      `compare-distributions/${type}/${vocabulary}`,
      () => compareGraph(type, vocabulary),
      {
        ...runnable({ logits }),
        rows: new Tensor('int64', rows.slice(first, end), [count]),
        targets: new Tensor('int64', targets.slice(first, end), [count, 1]),
        codes: new Tensor('uint16', baseline.codes.subarray(first * vocabulary, end * vocabulary), [
          count,
          vocabulary,
        ]),
        scales: new Tensor('float32', baseline.scales.subarray(first, end), [count, 1]),
        head: new Tensor('float32', baseline.head.subarray(first * head, end * head), [count, head]),
        head_ids: new Tensor('int32', baseline.headIds.subarray(first * head, end * head), [count, head]),
      },
    );
    result.divergence.set(outputs.divergence!.data as Float64Array, first);
    result.agreement.set(outputs.agreement!.data as Uint8Array, first);
    result.shift.set(outputs.shift!.data as Float64Array, first);
  }
  return result;
}

function compareGraph(type: 'float32' | 'float16', vocabulary: number): Uint8Array {
  const graph = new GraphBuilder({ name: 'compare-distributions' });
  const wide = (value: string) =>
    graph.node('Cast', [value], { attributes: { to: ONNX_TYPES.float64.code } });
  const logits = graph.input('logits', type, ['positions', vocabulary]);
  const rows = graph.input('rows', 'int64', ['n']);
  const targets = graph.input('targets', 'int64', ['n', 1]);
  const codes = graph.input('codes', 'uint16', ['n', vocabulary]);
  const scales = graph.input('scales', 'float32', ['n', 1]);
  const head = graph.input('head', 'float32', ['n', headSize(vocabulary)]);
  const headIds = graph.input('head_ids', 'int32', ['n', headSize(vocabulary)]);

  const chosen = graph.node('Gather', [logits, rows], { attributes: { axis: 0 } });
  // A small divergence is a difference of nearly equal sums: float32 would leave noise of about 1e-6.
  const q = graph.node('LogSoftmax', [wide(chosen)], { attributes: { axis: -1 } });
  const root = graph.node('Div', [wide(codes), graph.constant('float64', [], [65535])]);
  const loss = graph.node('Mul', [graph.node('Mul', [root, root]), wide(scales)]);
  const exact = graph.node('ScatterElements', [loss, headIds, wide(head)], { attributes: { axis: 1 } });
  // Makes the probabilities add up to 1 again: what rounding shifts as a whole would count in full.
  const p = graph.node('LogSoftmax', [graph.node('Neg', [exact])], { attributes: { axis: -1 } });

  const terms = graph.node('Mul', [graph.node('Exp', [p]), graph.node('Sub', [p, q])]);
  const axis = graph.constant('int64', [1], [1]);
  graph.node('ReduceSum', [terms, axis], { outputs: ['divergence'], attributes: { keepdims: 0 } });

  const probability = (of: string) =>
    graph.node('Exp', [graph.node('GatherElements', [of, targets], { attributes: { axis: 1 } })]);
  graph.node('Squeeze', [graph.node('Sub', [probability(q), probability(p)]), axis], { outputs: ['shift'] });

  const best = graph.node('ArgMax', [chosen], { attributes: { axis: -1, keepdims: 0 } });
  const theirs = graph.node('Gather', [headIds, graph.constant('int64', [], [0])], {
    attributes: { axis: 1 },
  });
  const same = graph.node('Equal', [
    best,
    graph.node('Cast', [theirs], { attributes: { to: ONNX_TYPES.int64.code } }),
  ]);
  graph.node('Cast', [same], { outputs: ['agreement'], attributes: { to: ONNX_TYPES.uint8.code } });
  graph.output('divergence', 'float64', ['n']);
  graph.output('agreement', 'uint8', ['n']);
  graph.output('shift', 'float64', ['n']);
  return graph.bytes();
}
