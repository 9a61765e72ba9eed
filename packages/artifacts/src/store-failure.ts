import { QuantloopError } from '@quantloop/core';
import { freeBytes } from './free-bytes.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT']);

export interface Attempt {
  /** What was being done, as in "storing model.onnx". */
  doing: string;
  /** Where, as an absolute path inside the store. */
  place: string;
  /** How many bytes were to be written, where known. */
  bytes?: number;
}

/** Runs a file operation of the store; system errors come out as `disk-full` or `store-unavailable`. */
export async function storeAttempt<T>(attempt: Attempt, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof QuantloopError || systemCode(error) === undefined) throw error;
    throw await storeFailure(attempt, error);
  }
}

/** The `code` of an operating-system error (`ENOENT`), undefined for every other value. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

async function storeFailure({ doing, place, bytes }: Attempt, cause: unknown): Promise<QuantloopError> {
  const code = systemCode(cause) ?? '';
  if (FULL.has(code)) {
    const free = await freeBytes(place);
    const needed = bytes === undefined ? '' : ` of ${formatBytes(bytes)}`;
    return new QuantloopError({
      code: 'disk-full',
      message: `The disk is full: ${doing}${needed} at ${place}${free === undefined ? '' : `, ${formatBytes(free)} free`}.`,
      hint: 'Free space there, or choose a store folder on a larger disk; finished work is kept.',
      cause,
    });
  }
  return new QuantloopError({
    code: 'store-unavailable',
    message: `The store cannot be used: ${doing} at ${place} failed (${code}).`,
    hint: 'Check that the folder exists, is mounted and may be written by this user.',
    cause,
  });
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}
