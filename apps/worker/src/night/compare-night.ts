import { readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import {
  bundlesOf,
  formatValue,
  inForce,
  metricsThatCount,
  nightEvents,
  type Campaign,
  type CompareNightInput,
  type NightFile,
  type Selection,
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
  const bundles = bundlesOf([...before.campaign.fidelity, ...after.campaign.fidelity]);
  const { seed } = after.campaign;
  const campaign = inForce(after.campaign, after.decision.acts);
  const ids = new Set(before.decision.selections.map(({ trial }) => trial));
  const found: Worsening[] = [];
  for (const trial of ids) {
    const [then, now] = [before, after].map(({ trials }) => trials.find(({ id }) => id === trial));
    if (then === undefined || now?.status !== 'measured') continue;
    const compared = await compareTrials({ before: then, after: now, bundles, store, seed });
    const worse = compared.filter(({ change }) => change === 'worse');
    for (const scenario of scenariosOf(trial, before.decision.selections, campaign)) {
      const counting = metricsThatCount(campaign, scenario);
      for (const { metric, before: was, after: is } of worse.filter((each) => counting.has(each.metric))) {
        const [from, to] = [was, is].map(({ value, unit }) => formatValue(value, unit));
        found.push({ trial, scenario: scenario.name, metric, before: from!, after: to! });
      }
    }
  }
  return found;
}

/** Those of the campaign that a trial was selected for. */
const scenariosOf = (trial: string, selections: readonly Selection[], { performance }: Campaign) =>
  performance.filter(({ name }) =>
    selections.some((selection) => selection.trial === trial && selection.scenario === name),
  );
