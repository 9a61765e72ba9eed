import { Campaign, Decision, QuantloopError } from '@quantloop/core';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReportInput } from '../report-input.ts';
import { AnswersFile } from '../tables/answers-file.ts';
import { TrialsFile } from '../tables/trials-file.ts';
import { checkOutFolder } from './check-out-folder.ts';
import { isSystemError } from './system-error.ts';

/**
 * Reads the facts of a run back from its folder, so that its report can be made anew.
 * Throws `invalid-spec` naming the file and what is wrong with it.
 */
export async function readRun(folder: string): Promise<ReportInput> {
  await checkOutFolder(folder);
  const campaign = await read(folder, 'campaign.json', Campaign);
  const decision = await read(folder, 'decision.json', Decision);
  const { run, phases, trials } = await read(folder, 'trials.json', TrialsFile);
  const told = (await exists(join(folder, 'answers.json')))
    ? await read(folder, 'answers.json', AnswersFile)
    : undefined;
  return {
    campaign,
    run,
    phases,
    decision,
    ...(told !== undefined && { answers: told.answers }),
    trials: trials.map(({ verdicts: _verdicts, ...trial }) => trial),
  };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function read<T extends z.ZodType>(folder: string, name: string, schema: T): Promise<z.output<T>> {
  const path = join(folder, name);
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
    throw new QuantloopError({
      code: 'invalid-spec',
      message: `${folder} has no ${name}.`,
      hint: 'Name the folder of a finished run, such as quantloop-out/<campaign>/<run>.',
      cause: error,
    });
  });
  const parsed = schema.safeParse(JSON.parse(content));
  if (parsed.success) return parsed.data;
  throw new QuantloopError({
    code: 'invalid-spec',
    message: `${path} is not what quantloop writes:\n${z.prettifyError(parsed.error)}`,
    hint: 'Run the campaign again, or take the file from a backup.',
    cause: parsed.error,
  });
}
