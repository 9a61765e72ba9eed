import type { ServedModel } from '../served-model.ts';
import { ApiError } from './api-error.ts';

/** Seconds after which a place may be free. */
const RETRY_AFTER = 1;

/** Turns a request away while too many generations wait. One that brings several prompts is taken whole. */
export function requirePlace({ batch, maxBatch }: ServedModel, maxQueue: number): void {
  const { running, waiting } = batch.load;
  if (running + waiting < maxBatch + maxQueue) return;
  throw new ApiError({
    statusCode: 429,
    message: `${waiting} generations are waiting, no more are taken (limit ${maxQueue}).`,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    headers: { 'retry-after': String(RETRY_AFTER) },
  });
}
