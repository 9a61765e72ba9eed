import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { doctorStore, isS3Location, openStore } from '@quantloop/artifacts';
import { formatValue } from '@quantloop/core';
import type { DoctorCheck } from '@quantloop/evaluate';

/** Whether the store can be used, without creating it. */
export async function storeCheck(root: string): Promise<DoctorCheck> {
  if (isS3Location(root)) return s3Check(root);
  const name = 'store';
  const advice = 'Use another folder: --dir or --store.';
  if (await exists(root)) {
    try {
      await openStore({ root });
      return { name, status: 'ok', value: root, advice: '' };
    } catch (error) {
      const { message, hint } = error as { message: string; hint?: string };
      return { name, status: 'missing', value: message, advice: hint ?? advice };
    }
  }
  let parent = dirname(root);
  while (!(await exists(parent))) parent = dirname(parent);
  const writable = await access(parent, constants.W_OK).then(
    () => true,
    () => false,
  );
  return writable
    ? { name, status: 'ok', value: `${root}, created when needed`, advice: '' }
    : { name, status: 'missing', value: `${parent} cannot be written to`, advice };
}

/** Tries what a campaign does there; what it leaves is taken away again. */
async function s3Check(root: string): Promise<DoctorCheck> {
  const name = 'store';
  try {
    const { url, endpoint, made, cache, limit, free } = await doctorStore(root);
    const value = `${url} at ${endpoint}${made ? '' : ', made when needed'}; cache of ${formatValue(limit, 'B')} in ${cache}`;
    if (free !== undefined && free < limit) {
      const advice = `The disk of the cache has ${formatValue(free, 'B')} left for it: lower QUANTLOOP_CACHE_SIZE, or move it with QUANTLOOP_CACHE_DIR.`;
      return { name, status: 'warn', value, advice };
    }
    return { name, status: 'ok', value, advice: '' };
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return { name, status: 'missing', value: message, advice: hint ?? '' };
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
