import type { Checkpoint } from '@quantloop/artifacts';
import { freeMemory } from '@quantloop/runtime';
import { partsByteLength } from '../pack/allocate-parts.ts';
import type { PackedPieces } from '../pack/packed-weight.ts';
import { decodeBlock, encodeBlock, type StoredWeight } from './packed-block.ts';

/** A weight that can be computed. */
export interface PendingWeight extends StoredWeight {
  weights: number;
  compute(): Promise<PackedPieces>;
}

/** A finished block above this is not stored: repeating it is quicker than writing and verifying it. */
const LARGEST_BLOCK = 2 ** 30;

/**
 * Computes weights in order, some `blockWeights` at a time being one block of the checkpoint: taken from there, or put
 * there when finished. The last block is not: only writing the model comes after it.
 *
 * Unless `kept`, memory of computed weights is given back once they have been used: left to the collector, which goes
 * through all of it again and again, that takes 0.4 s of CPU for 660 MB.
 */
export async function* inBlocks(options: {
  pending: readonly PendingWeight[];
  checkpoint: Pick<Checkpoint, 'read' | 'write'> | undefined;
  blockWeights: number;
  /** Whether weights are still needed when the next one is asked for. */
  kept: boolean;
  onResumed: () => void;
}): AsyncGenerator<PackedPieces> {
  const { checkpoint, kept, onResumed } = options;
  const blocks = splitBlocks(options.pending, options.blockWeights);
  for (const [index, block] of blocks.entries()) {
    const name = `block-${String(index).padStart(5, '0')}`;
    const last = index === blocks.length - 1;
    const bytes = last ? undefined : await checkpoint?.read(name);
    const stored = bytes === undefined ? undefined : decodeBlock(bytes, block);
    if (stored !== undefined) {
      onResumed();
      yield* stored;
      continue;
    }
    const finished: PackedPieces[] = [];
    for (const weight of block) {
      const packed = await weight.compute();
      yield packed;
      if (checkpoint !== undefined && !last) finished.push(packed);
      else if (!kept) free(packed);
    }
    const size = finished.flat().reduce((sum, { parts }) => sum + partsByteLength(parts), 0);
    if (finished.length > 0 && size <= LARGEST_BLOCK)
      await checkpoint?.write(name, encodeBlock(block, finished));
    if (!kept) finished.forEach(free);
  }
}

function free(packed: PackedPieces): void {
  for (const { data } of packed.flatMap(({ parts }) => parts)) freeMemory(data);
}

function splitBlocks(pending: readonly PendingWeight[], blockWeights: number): PendingWeight[][] {
  const blocks: PendingWeight[][] = [];
  let room = 0;
  for (const weight of pending) {
    if (room <= 0) {
      blocks.push([]);
      room = blockWeights;
    }
    blocks.at(-1)!.push(weight);
    room -= weight.weights;
  }
  return blocks;
}
