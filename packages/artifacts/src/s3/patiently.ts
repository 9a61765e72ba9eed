import { setTimeout as sleep } from 'node:timers/promises';
import { QuantloopError } from '@quantloop/core';
import { storePatience } from '../store-patience.ts';
import { s3Failure } from './s3-failure.ts';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

export interface S3Attempt {
  /** What is done, as in "reading a result". */
  doing: string;
  place: string;
}

/**
 * Repeats an operation of the SDK until it succeeds, is refused, or the store has not answered for as long as it is waited
 * for. An operation must come to the same when it is done twice.
 */
export async function patiently<T>(attempt: S3Attempt, operation: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 1000 * storePatience();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await operation();
    } catch (error) {
      const failure = error instanceof QuantloopError ? error : s3Failure(error, attempt);
      if (failure.code !== 'store-unavailable' || Date.now() + pause > deadline) throw failure;
    }
    // Workers that lost the store at the same moment do not all come back in one.
    await sleep(pause * (0.5 + Math.random()));
  }
}
