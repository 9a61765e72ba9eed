import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceSize } from '@quantloop/core';
import { Checkpoint } from '../checkpoint/checkpoint.ts';
import { readCheckpointConfig } from '../checkpoint/config.ts';
import { locateSource } from './locate-source.ts';
import { findSourceFiles } from './source-files.ts';

/** Of float32, which checkpoints become. */
const BYTES = 4;

const HEAD = 'lm_head.weight';

/**
 * How large a source is once imported, from headers and file sizes alone; undefined for a model on the hub, of which
 * nothing is here yet.
 *
 * @throws QuantloopError as {@link findSourceFiles}
 */
export async function sourceSize(source: string): Promise<SourceSize | undefined> {
  if (source.startsWith('hf:')) return undefined;
  const folder = await locateSource(source);
  const { kind, weights } = await findSourceFiles(folder);
  if (kind === 'onnx') {
    const sizes = await Promise.all(weights.map(async (name) => (await stat(join(folder, name))).size));
    // Copies may share the blocks of the source.
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), written: 0 };
  }
  const { vocab_size: vocabulary, tie_word_embeddings: tied } = await readCheckpointConfig(folder);
  await using checkpoint = await Checkpoint.open(folder);
  let elements = 0;
  const matrices = { linear: 0, embedding: 0, head: 0 };
  for (const { name, shape } of checkpoint.tensors.values()) {
    // A tied head that is stored all the same is not imported.
    if (tied === true && name === HEAD) continue;
    const count = shape.reduce((product, dim) => product * dim, 1);
    elements += count;
    if (shape.length === 2) matrices[matrixUse(name, shape[0] === vocabulary)] += count;
  }
  const bytes = elements * BYTES;
  return { bytes, written: bytes, matrices };
}

function matrixUse(name: string, overVocabulary: boolean): 'linear' | 'embedding' | 'head' {
  if (name === HEAD) return 'head';
  return overVocabulary ? 'embedding' : 'linear';
}
