import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobContext } from '@quantloop/jobs';

/** Holds the main thread for ever, as native code does, leaving a trace of still being at work. */
export async function run({ trace }: { trace: string }, { progress }: JobContext): Promise<never> {
  progress({ done: 0, total: 1, unit: 'steps', note: String(process.pid) });
  await sleep(20);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    appendFileSync(trace, '.');
    Atomics.wait(pause, 0, 0, 20);
  }
}
