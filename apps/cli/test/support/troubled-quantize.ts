import { appendFile } from 'node:fs/promises';
import type { QuantizeModelInput, QuantizeModelOutput } from '@quantloop/core';
import type { JobContext } from '@quantloop/jobs';
import { quantizeStage } from '@quantloop/quantize';

/** Where the job of `dynamic-int8` writes first; a link to a full device makes it fail. */
export const SCRATCH_VARIABLE = 'QUANTLOOP_TEST_SCRATCH';

/** Quantization as it is, but for two methods: the process of `nf4` is killed, that of `dynamic-int8` needs room on a disk. */
export async function run(input: QuantizeModelInput, context: JobContext): Promise<QuantizeModelOutput> {
  const { method } = input.recipe;
  if (method === 'nf4') {
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => {});
  }
  if (method === 'dynamic-int8') await appendFile(process.env[SCRATCH_VARIABLE]!, 'a few bytes');
  const real = (await import(quantizeStage.module)) as { run: typeof run };
  return real.run(input, context);
}
