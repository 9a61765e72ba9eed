import type { Store } from '@quantloop/artifacts';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  briefRow,
  type ReportActivities,
  type Trial,
  type WriteReportInput,
  type WriteReportOutput,
} from '@quantloop/core';
import { keepTrial, report, type ReportInput, type TrialsFile } from '../src/index.ts';
import { newFolder, storedRun } from './sample/stored-run.ts';

function activityOf(storeRoot: string): ReportActivities['writeReport'] {
  const plugin = report({ storeRoot });
  const { activities } = plugin.configureWorker({ taskQueue: 'control' });
  return (activities as ReportActivities).writeReport;
}

/** As a workflow asks for it: the rows are in the store. */
async function asked(
  input: ReportInput,
  {
    folder,
    store,
    change = () => ({}),
  }: { folder: string; store: Store; change?: (i: number) => Partial<Trial> },
): Promise<WriteReportInput> {
  const { campaign, run, phases, trials } = input;
  const rows = await Promise.all(
    trials.map(async (trial, i) => ({
      trial: { ...briefRow(trial, []), ...change(i) },
      ...(await keepTrial({ trial }, store)),
      looks: 1,
    })),
  );
  const parts = [rows.slice(0, 2), rows.slice(2)].map((part) => ({ rows: part, added: [], dismissed: [] }));
  const kept = await Promise.all(parts.map((part) => store.putJson(part)));
  return {
    campaign,
    run,
    phases,
    folder,
    parts: kept,
    acts: [],
    notTried: [],
    at: 0,
    ended: 'all was measured',
  };
}

describe('the report plugin', () => {
  it('gives a worker the activity writeReport, which decides by the rows in the store', async () => {
    const root = await newFolder();
    const { store, input } = await storedRun(root);
    const folder = join(root, 'out');
    const failure = { code: 'store-unavailable', message: 'No answer.', stage: 'record' };
    const change = (i: number): Partial<Trial> => {
      if (i === 1) return { status: 'stopped', stopped: 'too late' };
      return i === 3 ? { status: 'failed', failure } : {};
    };
    const given = await asked(input, { folder, store, change });
    const run = new MockActivityEnvironment().run(activityOf(store.root), given);
    const output = (await run) as WriteReportOutput;
    expect(output).toMatchObject({ folder, decision: { outcome: 'selected', ended: 'all was measured' } });
    expect(output.decision).not.toHaveProperty('verdicts');
    const { trials } = JSON.parse(await readFile(join(folder, 'trials.json'), 'utf8')) as TrialsFile;
    expect(trials.map(({ status }) => status)).toEqual(['measured', 'stopped', 'measured', 'failed']);
    expect(trials[1]).toMatchObject({ stopped: 'too late', metrics: input.trials[1]!.metrics });
    expect(await readdir(join(folder, 'winner'))).toHaveLength(2);
  });

  it('fails for good, by type, on a folder of another version', async () => {
    const root = await newFolder();
    const { store, input } = await storedRun(root);
    const folder = join(root, 'out');
    await mkdir(folder);
    await writeFile(join(folder, 'decision.json'), '{"schemaVersion":7}');
    const given = await asked(input, { folder, store });
    const run = new MockActivityEnvironment().run(activityOf(store.root), given);
    const failure: unknown = await run.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({ type: 'invalid-spec', nonRetryable: true });
  });

  it('keeps a whole row of what a workflow holds in brief', async () => {
    const { store, input } = await storedRun(await newFolder());
    const whole = input.trials[1]!;
    const first = await keepTrial({ trial: whole }, store);
    const brief = briefRow(whole, ['model.bytes']);
    expect(Object.keys(brief.metrics)).toEqual(['model.bytes']);
    const looked: Trial = { ...brief, round: 2, provenance: { seed: 7 } };
    const { record } = await keepTrial({ trial: looked, record: first.record }, store);
    expect(await store.readJson(record)).toEqual({
      ...whole,
      round: 2,
      provenance: { ...whole.provenance, seed: 7 },
    });
  });
});
