import { existsSync } from 'node:fs';
import { QuantloopError } from '@quantloop/core';

/** Fails until a file is there. */
export async function run({ needs }: { needs: string }): Promise<{ value: string }> {
  if (existsSync(needs)) return { value: 'done' };
  throw new QuantloopError({ code: 'store-unavailable', message: `${needs} is not mounted` });
}
