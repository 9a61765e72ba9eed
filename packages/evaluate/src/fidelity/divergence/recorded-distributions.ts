import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import { QuantloopError, type ArtifactRef } from '@quantloop/core';
import { headSize, type DistributionCodes } from '@quantloop/runtime';
import { z } from 'zod';

/** What a folder of recorded distributions says of itself, in `distributions.json`; beside it one file a chunk. */
export const RecordedDistributions = z.strictObject({
  schemaVersion: z.literal(1),
  vocabulary: z.int().positive(),
  /** Digest of the windows' tokens: another tokenizer or text is not compared. */
  tokens: z.string(),
  chunks: z.int().nonnegative(),
});
export type RecordedDistributions = z.infer<typeof RecordedDistributions>;

const HEADER = 'distributions.json';
const chunkFile = (chunk: number) => `${String(chunk).padStart(6, '0')}.bin`;

/** Stores a baseline's distributions, chunk by chunk as they come. */
export async function storeDistributions(options: {
  store: Store;
  header: Omit<RecordedDistributions, 'schemaVersion' | 'chunks'>;
  chunks: AsyncIterable<Uint8Array>;
}): Promise<ArtifactRef> {
  const { store, header, chunks } = options;
  const folder = join(await store.scratch(), 'distributions');
  await mkdir(folder);
  let count = 0;
  for await (const bytes of chunks) await writeFile(join(folder, chunkFile(count++)), bytes);
  const whole: RecordedDistributions = { schemaVersion: 1, ...header, chunks: count };
  await writeFile(join(folder, HEADER), JSON.stringify(whole));
  return store.putFolder(folder);
}

/**
 * Opens a baseline's distributions.
 *
 * @throws QuantloopError `invalid-spec` where they were recorded of other tokens or over another vocabulary.
 */
export async function openDistributions(options: {
  folder: string;
  expected: Omit<RecordedDistributions, 'schemaVersion' | 'chunks'>;
}): Promise<{ chunk(index: number): Promise<DistributionCodes> }> {
  const { folder, expected } = options;
  const header = RecordedDistributions.parse(JSON.parse(await readFile(join(folder, HEADER), 'utf8')));
  if (header.vocabulary !== expected.vocabulary) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `the candidate's vocabulary is ${expected.vocabulary}, the baseline's ${header.vocabulary}: they cannot be compared token by token`,
      hint: 'Compare a model with its own unquantized version.',
    });
  }
  if (header.tokens !== expected.tokens) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: 'the candidate reads the divergence text as other tokens than the baseline did',
      hint: 'Their tokenizers differ, or the baseline was measured on another text: measure it again.',
    });
  }
  return {
    chunk: async (index) => codesOf(await readFile(join(folder, chunkFile(index))), header.vocabulary),
  };
}

/** A chunk as bytes: scales, ids and losses of the likeliest tokens, codes; little-endian, one after the other. */
export function bytesOf({ scales, headIds, head, codes }: DistributionCodes): Uint8Array {
  const parts = [scales, headIds, head, codes];
  return Buffer.concat(
    parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
}

function codesOf(file: Uint8Array, vocabulary: number): DistributionCodes {
  const { buffer } = file.byteOffset % 4 === 0 ? file : file.slice();
  const start = file.byteOffset % 4 === 0 ? file.byteOffset : 0;
  const head = headSize(vocabulary);
  const rows = file.byteLength / (4 + 8 * head + 2 * vocabulary);
  const headAt = start + 4 * rows;
  const lossesAt = headAt + 4 * rows * head;
  const codesAt = lossesAt + 4 * rows * head;
  return {
    scales: new Float32Array(buffer, start, rows),
    headIds: new Int32Array(buffer, headAt, rows * head),
    head: new Float32Array(buffer, lossesAt, rows * head),
    codes: new Uint16Array(buffer, codesAt, rows * vocabulary),
  };
}
