import { GraphBuilder } from '@quantloop/onnx';
import { Tensor } from 'onnxruntime-node';
import { runnable } from '../decode/float16-tensor.ts';
import type { Arithmetic } from './arithmetic.ts';
import { chosenDistributions } from './chosen-distributions.ts';

export interface RankInput {
  /** `[..., vocabulary]`, float32 or float16. */
  logits: Tensor;
  /** Positions, as indices into the flattened leading dimensions. */
  rows: readonly number[];
  /** A token at each of them. */
  targets: readonly number[];
  /** How many of the most likely tokens to name at each. */
  top: number;
}

export interface RankOutput {
  /** log p of each target. */
  logProbabilities: Float32Array;
  /** `[rows, top]`: the most likely tokens, falling, and their log p. */
  topTokens: BigInt64Array;
  topLogProbabilities: Float32Array;
}

/** Log-probabilities of given tokens beside the most likely ones; the distributions stay in the graph. */
export async function rankTokens(arithmetic: Arithmetic, input: RankInput): Promise<RankOutput> {
  const { logits, rows, targets, top } = input;
  const type = logits.type === 'float16' ? 'float16' : 'float32';
  const vocabulary = logits.dims.at(-1)!;
  const outputs = await arithmetic.run(
    `rank-tokens/${type}/${vocabulary}`,
    () => rankGraph(type, vocabulary),
    {
      ...runnable({ logits: logits.reshape([logits.size / vocabulary, vocabulary]) }),
      rows: new Tensor('int64', BigInt64Array.from(rows, BigInt), [rows.length]),
      targets: new Tensor('int64', BigInt64Array.from(targets, BigInt), [targets.length, 1]),
      top: new Tensor('int64', BigInt64Array.of(BigInt(Math.min(top, vocabulary))), [1]),
    },
  );
  return {
    logProbabilities: outputs.log_probabilities!.data as Float32Array,
    topTokens: outputs.top_tokens!.data as BigInt64Array,
    topLogProbabilities: outputs.top_log_probabilities!.data as Float32Array,
  };
}

function rankGraph(type: 'float32' | 'float16', vocabulary: number): Uint8Array {
  const graph = new GraphBuilder({ name: 'rank-tokens' });
  const { distribution } = chosenDistributions(graph, type, vocabulary);
  const top = graph.input('top', 'int64', [1]);
  graph.node('TopK', [distribution, top], {
    outputs: ['top_log_probabilities', 'top_tokens'],
    attributes: { axis: -1, largest: 1, sorted: 1 },
  });
  graph.output('top_log_probabilities', 'float32', ['n', 'top']);
  graph.output('top_tokens', 'int64', ['n', 'top']);
  return graph.bytes();
}
