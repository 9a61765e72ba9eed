import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { QuantloopError } from '@quantloop/core';
import { allowedCores } from '@quantloop/evaluate';

/**
 * Keeps every thread of this process, and what it starts, to these cores. Node has no call for it: util-linux's `taskset`
 * makes it, and what came of it is read back.
 */
export async function pinToCores(cores: readonly number[]): Promise<void> {
  const list = cores.join(',');
  const allowed = await allowedCores();
  if (allowed === undefined) throw unpinnable(list, 'there is no /proc/self/status');
  const absent = cores.filter((core) => !allowed.includes(core));
  if (absent.length > 0) {
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `--device cpu:${list}: this process may not use core ${absent.join(', ')}`,
      hint: `It may use ${allowed.join(', ')}.`,
    });
  }
  try {
    await promisify(execFile)('taskset', ['--all-tasks', '--pid', '--cpu-list', list, String(process.pid)]);
  } catch (cause) {
    throw unpinnable(list, (cause as Error).message, cause);
  }
  const pinned = (await allowedCores())?.join(',');
  if (pinned !== list) throw unpinnable(list, `the system keeps this process to ${pinned}`);
}

function unpinnable(list: string, reason: string, cause?: unknown): QuantloopError {
  return new QuantloopError({
    code: 'unsupported',
    message: `--device cpu:${list}: a process cannot be kept to cores here: ${reason}`,
    hint: "It needs Linux and util-linux's taskset. Without --device a worker has the whole machine to itself.",
    cause,
  });
}
