import { GraphBuilder, ONNX_TYPES } from '@quantloop/onnx';
import { Tensor } from 'onnxruntime-node';
import { runnable } from '../decode/float16-tensor.ts';
import type { Arithmetic } from './arithmetic.ts';

export interface CompareInput {
  /** `[..., vocabulary]` of the same tokens, float32 or float16. */
  baseline: Tensor;
  candidate: Tensor;
  /** Positions to compare, as indices into the flattened leading dimensions. */
  rows: BigInt64Array;
}

export interface CompareOutput {
  /** KL(baseline ‖ candidate) of each position in nats, computed in float64. */
  divergence: Float64Array;
  /** 1 where both find the same token most likely. */
  agreement: Uint8Array;
}

/** How far two models' next-token distributions lie apart, position by position. */
export async function compareLogits(arithmetic: Arithmetic, input: CompareInput): Promise<CompareOutput> {
  const { baseline, candidate, rows } = input;
  const vocabulary = baseline.dims.at(-1)!;
  const types = [baseline.type, candidate.type].map((type) => (type === 'float16' ? 'float16' : 'float32'));
  const flat = (tensor: Tensor) => tensor.reshape([tensor.size / vocabulary, vocabulary]);
  const name = `compare-logits/${types.join('/')}/${vocabulary}`;
  const outputs = await arithmetic.run(name, () => compareGraph(types[0]!, types[1]!, vocabulary), {
    ...runnable({ baseline: flat(baseline), candidate: flat(candidate) }),
    rows: new Tensor('int64', rows, [rows.length]),
  });
  return {
    divergence: outputs.divergence!.data as Float64Array,
    agreement: outputs.agreement!.data as Uint8Array,
  };
}

type LogitsType = 'float32' | 'float16';

function compareGraph(baselineType: LogitsType, candidateType: LogitsType, vocabulary: number): Uint8Array {
  const graph = new GraphBuilder({ name: 'compare-logits' });
  const rows = graph.input('rows', 'int64', ['n']);
  const distribution = (name: string, type: LogitsType) => {
    const logits = graph.input(name, type, [`positions_of_${name}`, vocabulary]);
    const chosen = graph.node('Gather', [logits, rows], { attributes: { axis: 0 } });
    // A small divergence is a difference of nearly equal sums: float32 would leave noise of about 1e-6.
    const wide = graph.node('Cast', [chosen], { attributes: { to: ONNX_TYPES.float64.code } });
    return {
      logp: graph.node('LogSoftmax', [wide], { attributes: { axis: -1 } }),
      best: graph.node('ArgMax', [chosen], { attributes: { axis: -1, keepdims: 0 } }),
    };
  };
  const p = distribution('baseline', baselineType);
  const q = distribution('candidate', candidateType);
  const terms = graph.node('Mul', [graph.node('Exp', [p.logp]), graph.node('Sub', [p.logp, q.logp])]);
  graph.node('ReduceSum', [terms, graph.constant('int64', [1], [1])], {
    outputs: ['divergence'],
    attributes: { keepdims: 0 },
  });
  graph.node('Cast', [graph.node('Equal', [p.best, q.best])], {
    outputs: ['agreement'],
    attributes: { to: ONNX_TYPES.uint8.code },
  });
  graph.output('divergence', 'float64', ['n']);
  graph.output('agreement', 'uint8', ['n']);
  return graph.bytes();
}
