import { readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import {
  formatValue,
  inForce,
  metricsThatCount,
  nightEvents,
  type CompareNightInput,
  type NightFile,
  type Worsening,
} from '@quantloop/core';
import { compareTrials } from '@quantloop/evaluate';
import { readRun } from '@quantloop/report';
import { nightJunit } from './night-junit.ts';
import { nightMarkdown } from './night-markdown.ts';

type Run = Awaited<ReturnType<typeof readRun>>;

/**
 * Compares a night with the newest run before it that selected something, and writes what that changes beside the night's
 * report: `night.json`, `night.md`, `night.junit.xml`. What was measured of one version in both is compared on the same
 * documents.
 */
export async function compareNight({ folder }: CompareNightInput, store: Store): Promise<NightFile> {
  const after = await readRun(folder);
  const before = await lastAccepted(folder);
  const worse = before === undefined ? [] : await worsened(before, after, store);
  const { campaign, decision, trials, run } = after;
  const night: NightFile = {
    schemaVersion: 1,
    campaign: campaign.campaign,
    run,
    before: before?.run ?? null,
    events:
      before === undefined
        ? []
        : nightEvents({ campaign, before: before.decision, after: decision, trials, worse }),
  };
  await writeFile(join(folder, 'night.json'), `${JSON.stringify(night, undefined, 2)}\n`);
  await writeFile(join(folder, 'night.md'), nightMarkdown(night, decision));
  await writeFile(join(folder, 'night.junit.xml'), nightJunit(night, campaign));
  return night;
}

/** Runs are named after their start. What cannot be read was written by another version, or never ended. */
async function lastAccepted(folder: string): Promise<Run | undefined> {
  const all = dirname(folder);
  const earlier = (await readdir(all)).filter((name) => name < basename(folder)).sort();
  for (const name of earlier.reverse()) {
    const run = await readRun(join(all, name)).catch(() => undefined);
    if (run?.decision.outcome === 'selected') return run;
  }
  return undefined;
}

/** What requirements and objectives go by, of the versions that were selected: where the night has surely worse. */
async function worsened(before: Run, after: Run, store: Store): Promise<Worsening[]> {
  const bundles = [before, after].flatMap(({ campaign }) =>
    campaign.fidelity.flatMap((check) => (check.kind === 'task' ? [check.bundle] : [])),
  );
  const found: Worsening[] = [];
  for (const selection of before.decision.selections) {
    const [then, now] = [before, after].map(({ trials }) => trials.find(({ id }) => id === selection.trial));
    if (then === undefined || now?.status !== 'measured') continue;
    const { seed } = after.campaign;
    const compared = await compareTrials({ before: then, after: now, bundles, store, seed });
    const scenario = after.campaign.performance.find(({ name }) => name === selection.scenario);
    if (scenario === undefined) continue;
    const counting = metricsThatCount(inForce(after.campaign, after.decision.acts), scenario);
    for (const { metric, change, before: was, after: is } of compared) {
      if (change !== 'worse' || !counting.has(metric)) continue;
      const [from, to] = [was, is].map(({ value, unit }) => formatValue(value, unit));
      found.push({ trial: selection.trial, metric, before: from!, after: to! });
    }
  }
  return found;
}
