import { formatValue } from '../../board/format-value.ts';
import type { Prediction } from './prediction.ts';

/** Why a campaign cannot be carried out here, and the way out. */
export interface Misfit {
  message: string;
  hint: string;
}

/**
 * What certainly does not fit. What the store holds already may be part of what is to be written, and counts as room; a
 * model of which nothing is known, or versions that may never be made, are no reason.
 */
export function cannotFit({ disk, memory }: Prediction): Misfit[] {
  const bytes = (value: number) => formatValue(value, 'B');
  const misfits: Misfit[] = [];
  if (disk.free !== null && disk.certain > disk.free + disk.stored) {
    misfits.push({
      message:
        `The store's disk is too small: the imported models alone take ${bytes(disk.certain)}, ` +
        `${bytes(disk.free)} are free and the store holds ${bytes(disk.stored)}.`,
      hint: 'Choose a store on a larger disk with --store, free space, or name fewer models.',
    });
  }
  if (memory !== null && memory.available !== null && memory.weights > memory.available) {
    misfits.push({
      message:
        `The memory is too small: the weights of ${memory.model} take ${bytes(memory.weights)} unquantized, ` +
        `a process here may use ${bytes(memory.available)}.`,
      hint: 'Measure on a larger machine (--address, with a worker there), or choose a smaller model.',
    });
  }
  return misfits;
}
