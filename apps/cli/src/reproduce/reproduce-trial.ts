import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { digestOfJson, openStore } from '@quantloop/artifacts';
import { bundlesOf, type Campaign, type Provenance, type Trial } from '@quantloop/core';
import { compareTrials, type ComparedMetric } from '@quantloop/evaluate';
import { readRun } from '@quantloop/report';
import { storeRoot, type OutputOptions, type PlaceOptions } from '../commands/common-options.ts';
import { requireTrial } from '../compare/require-trial.ts';
import { requireRunFolder } from '../run/find-run-folder.ts';
import { followCampaign } from '../run/follow-campaign.ts';
import { progressView } from '../run/progress-view.ts';
import { startMissingWorkers } from '../run/run-campaign.ts';
import { startCampaign } from '../run/start-campaign.ts';
import { openSession } from '../session.ts';
import { copyArtifact, copyInputs } from './copy-inputs.ts';
import { disagreements } from './disagreements.ts';
import { oneTrialCampaign } from './one-trial-campaign.ts';

export interface ReproduceOptions extends PlaceOptions, OutputOptions {
  /** Name or folder of a run. */
  run: string;
  /** Id or label. */
  trial: string;
  out: string;
}

export interface Reproduction {
  campaign: string;
  run: string;
  trial: string;
  /** The model came out the same, byte for byte. */
  sameModel: boolean;
  /** It came out the same model, and none of what can be compared across sessions moved beyond the noise. */
  agrees: boolean;
  /** What it does not agree in. */
  disagreements: ComparedMetric[];
  metrics: ComparedMetric[];
  /** What was not the same when it was made: versions, hardware. */
  circumstances: { name: string; before: string; after: string }[];
}

/**
 * Runs a trial again from what its run recorded, on an empty store and a server of its own, so that nothing known of it
 * is reused, and compares it with what was measured then.
 */
export async function reproduceTrial(options: ReproduceOptions): Promise<Reproduction> {
  const recorded = await readRun(await requireRunFolder(options.run, options.out));
  const before = requireTrial(recorded, options.trial);
  const campaign = oneTrialCampaign(recorded.campaign, before);
  const place = join(resolve(options.dir), 'reproduce', `${recorded.run}.${before.id}`);
  await rm(place, { recursive: true, force: true });
  try {
    const known = await openStore({ root: storeRoot(options) });
    const fresh = await openStore({ root: join(place, 'store') });
    await copyInputs(campaign, known, fresh);
    const after = await runAlone(campaign, place, options);
    if (before.items !== undefined && (await known.verify(before.items))) {
      await copyArtifact(before.items, known, fresh);
    }
    const bundles = bundlesOf(campaign.fidelity);
    const metrics = await compareTrials({ before, after, bundles, store: fresh, seed: campaign.seed });
    const differing = disagreements(metrics, campaign.performance);
    const sameModel = before.artifact?.digest === after.artifact?.digest;
    return {
      campaign: campaign.campaign,
      run: recorded.run,
      trial: before.id,
      sameModel,
      agrees: sameModel && before.status === after.status && differing.length === 0,
      disagreements: differing,
      metrics,
      circumstances: differences(before.provenance, after.provenance),
    };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** The row of the trial, and of no other, run as a campaign in this place. */
async function runAlone(campaign: Campaign, place: string, options: ReproduceOptions): Promise<Trial> {
  const view = progressView({ json: options.json === true });
  const session = await openSession({
    ...options,
    dir: place,
    store: join(place, 'store'),
    onProgress: view.note,
  });
  try {
    const targets = campaign.targets.map(({ id }) => id);
    await startMissingWorkers(session, targets);
    const { handle } = await startCampaign({
      client: session.client,
      campaign,
      specDigest: digestOfJson(campaign),
      out: join(place, 'out'),
    });
    const { result } = await followCampaign({ session, handle, name: campaign.campaign, view, targets });
    const { trials } = await readRun(result.folder);
    const [candidate] = campaign.candidates;
    return trials.find(({ label, recipe }) =>
      candidate === undefined ? recipe === null : label === candidate.label,
    )!;
  } finally {
    await session.close();
  }
}

function differences(before: Provenance, after: Provenance): Reproduction['circumstances'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .map((name) => ({ name, before: String(before[name] ?? ''), after: String(after[name] ?? '') }))
    .filter((each) => each.before !== each.after);
}
