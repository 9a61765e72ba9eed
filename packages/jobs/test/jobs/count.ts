import { setTimeout as sleep } from 'node:timers/promises';
import type { ArtifactRef } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';

export interface CountInput {
  blocks: number;
  /** Pause per block. */
  milliseconds: number;
  /** Before this block the job waits for ever, unless it goes on from a checkpoint. */
  stopsAt?: number | undefined;
}

/** Works through blocks, one checkpoint each; tells its process id as the note of its progress. */
export async function run(
  { blocks, milliseconds, stopsAt }: CountInput,
  { checkpoint, progress, resumed, signal, store }: JobContext,
): Promise<{ sum: number; table: ArtifactRef }> {
  const finished = await checkpoint.names();
  if (finished.length > 0) resumed(finished.length);
  const table: number[] = [];
  for (let block = 0; block < blocks; block++) {
    const name = `block-${String(block).padStart(4, '0')}`;
    const saved = await checkpoint.read(name);
    if (block === stopsAt && finished.length === 0) await sleep(1 << 30, undefined, { signal });
    if (saved === undefined) {
      await sleep(milliseconds, undefined, { signal });
      await checkpoint.write(name, Buffer.from(String(block * block)));
    }
    table.push(saved === undefined ? block * block : Number(Buffer.from(saved).toString()));
    progress({ done: block + 1, total: blocks, unit: 'blocks', note: String(process.pid) });
  }
  return { sum: table.reduce((sum, value) => sum + value, 0), table: await store.putJson(table) };
}
