import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';

/** The ways a job can go wrong. */
const WAYS: Record<string, (context: JobContext) => unknown> = {
  'throws a permanent failure': () => {
    throw new QuantloopError({
      code: 'model-corrupt',
      message: 'tensor 3 lies about its size',
      hint: 'Fetch it again.',
    });
  },
  'throws a transient failure': () => {
    throw new QuantloopError({ code: 'device-lost', message: 'the device went away' });
  },
  'throws the failure of another copy of the library': () => {
    throw Object.assign(new Error('no kernel'), {
      name: 'QuantloopError',
      code: 'unsupported',
      hint: 'Another one.',
    });
  },
  'throws an ordinary error': () => {
    throw new TypeError('x is not a function');
  },
  'throws something that is no error': () => {
    throw 'just text';
  },
  'throws outside of its promise': () => {
    setTimeout(() => {
      throw new RangeError('too late to catch');
    }, 1);
    return new Promise(() => {});
  },
  'says there is no space left': () => {
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  },
  'cannot allocate': () => {
    throw new Error('Failed to allocate memory for requested buffer of size 68719476736');
  },
  'fills its heap': () => {
    const kept: unknown[] = [];
    for (;;) kept.push(Array.from({ length: 10_000 }, (_, index) => ({ index })));
  },
  'is killed': () => process.kill(process.pid, 'SIGKILL'),
  'crashes in native code': () => process.kill(process.pid, 'SIGSEGV'),
  aborts: () => process.abort(),
  'ends without a word': () => process.exit(7),
  'complains and ends': () => {
    console.error('libfoo: cannot open device 0');
    process.exit(1);
  },
  'returns something else': () => ({ unexpected: true }),
  'returns nothing': () => undefined,
  'returns what no message can hold': () => ({ value: 1n }),
  'reports impossible progress': ({ progress }) => {
    progress({ done: Number.NaN, total: 1, unit: 'x' });
    return { value: 'fine' };
  },
  'fills the disk': async ({ store }) => {
    const folder = await store.scratch();
    for (let file = 0; ; file++) writeFileSync(join(folder, String(file)), Buffer.alloc(1 << 20, file + 1));
  },
  hangs: () => new Promise(() => setInterval(() => {}, 1e6)),
  'computes without a word': () => {
    const until = performance.now() + 2500;
    while (performance.now() < until);
    return { value: 'fine' };
  },
  'eats memory': async () => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(16 << 20, 1));
  },
};

export async function run({ way }: { way: string }, context: JobContext): Promise<unknown> {
  const act = WAYS[way];
  if (act === undefined) throw new Error(`unknown way "${way}"`);
  return act(context);
}
