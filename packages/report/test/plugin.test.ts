import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReportActivities } from '@quantloop/core';
import { report } from '../src/index.ts';
import { newFolder, storedRun } from './sample/stored-run.ts';

function activityOf(storeRoot: string): ReportActivities['writeReport'] {
  const plugin = report({ storeRoot });
  const { activities } = plugin.configureWorker({ taskQueue: 'control' });
  return (activities as ReportActivities).writeReport;
}

describe('the report plugin', () => {
  it('gives a worker the activity writeReport', async () => {
    const root = await newFolder();
    const { store, input } = await storedRun(root);
    const folder = join(root, 'out');
    const output: unknown = await new MockActivityEnvironment().run(activityOf(store.root), {
      ...input,
      folder,
    });
    expect(output).toMatchObject({ folder });
    expect(await readdir(join(folder, 'winner'))).toHaveLength(2);
  });

  it('fails for good, by type, on a folder of another version', async () => {
    const root = await newFolder();
    const { store, input } = await storedRun(root);
    const folder = join(root, 'out');
    await mkdir(folder);
    await writeFile(join(folder, 'decision.json'), '{"schemaVersion":7}');
    const run = new MockActivityEnvironment().run(activityOf(store.root), { ...input, folder });
    const failure: unknown = await run.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'invalid-spec', nonRetryable: true });
  });
});
