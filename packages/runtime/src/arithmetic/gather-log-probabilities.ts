import { GraphBuilder, ONNX_TYPES } from '@quantloop/onnx';
import { Tensor } from 'onnxruntime-node';
import { runnable } from '../decode/float16-tensor.ts';
import type { Arithmetic } from './arithmetic.ts';
import { chosenDistributions } from './chosen-distributions.ts';

export interface GatherInput {
  /** `[..., vocabulary]`, float32 or float16. */
  logits: Tensor;
  /** Positions to score, as indices into the flattened leading dimensions. */
  rows: BigInt64Array;
  /** The token expected at each of them. */
  targets: BigInt64Array;
}

export interface GatherOutput {
  /** log p of each target, softmax over the whole vocabulary in float32. */
  logProbabilities: Float32Array;
  /** 1 where the target is the most likely token (among equals the lowest id). */
  greedy: Uint8Array;
}

/** Log-probabilities of given tokens; only they leave the graph, never the distributions. */
export async function gatherLogProbabilities(
  arithmetic: Arithmetic,
  input: GatherInput,
): Promise<GatherOutput> {
  const { logits, rows, targets } = input;
  const type = logits.type === 'float16' ? 'float16' : 'float32';
  const vocabulary = logits.dims.at(-1)!;
  const name = `gather-log-probabilities/${type}/${vocabulary}`;
  const outputs = await arithmetic.run(name, () => gatherGraph(type, vocabulary), {
    ...runnable({ logits: logits.reshape([logits.size / vocabulary, vocabulary]) }),
    rows: new Tensor('int64', rows, [rows.length]),
    targets: new Tensor('int64', targets, [targets.length, 1]),
  });
  return {
    logProbabilities: outputs.log_probabilities!.data as Float32Array,
    greedy: outputs.greedy!.data as Uint8Array,
  };
}

function gatherGraph(type: 'float32' | 'float16', vocabulary: number): Uint8Array {
  const graph = new GraphBuilder({ name: 'gather-log-probabilities' });
  const { wide, targets } = chosenDistributions(graph, type, vocabulary);
  const best = graph.node('ArgMax', [wide], { attributes: { axis: -1, keepdims: 1 } });
  const equal = graph.node('Equal', [best, targets]);
  graph.node('Cast', [equal], { outputs: ['greedy'], attributes: { to: ONNX_TYPES.uint8.code } });
  graph.output('greedy', 'uint8', ['n', 1]);
  return graph.bytes();
}
