import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import type { DoctorCheck } from '@quantloop/evaluate';

/** Whether the store can be used, without creating it. */
export async function storeCheck(root: string): Promise<DoctorCheck> {
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

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
