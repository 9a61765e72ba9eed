import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOfJson, openStore } from '@quantloop/artifacts';
import {
  bundlesOf,
  InvalidSpec,
  parseCampaignFile,
  resolveCampaign,
  type Campaign,
  type Priority,
  type ResolveCampaignOptions,
  type Schedule,
  type SpecIssue,
} from '@quantloop/core';
import { METHOD_FACTS } from '@quantloop/quantize';
import type { CampaignText } from './campaign-text.ts';
import { absoluteSources, sourceIssues } from './check-sources.ts';
import { engineIssues } from './check-engines.ts';
import { resolveCalibration } from './resolve-calibration.ts';
import { resolveFidelity } from './resolve-fidelity.ts';
import { resolveScenarios } from './resolve-scenarios.ts';
import { specError } from './spec-error.ts';

/** A campaign that has been checked in full, and nothing written yet where the user could see it. */
export interface PreparedCampaign {
  campaign: Campaign;
  /** Tells an identical campaign from another of the same name. */
  specDigest: string;
  /** Among campaigns that share workers; no part of what is run. */
  priority?: Priority;
  /** When it is to run by itself; no part of what is run. */
  schedule?: Schedule;
  /** Puts the files it refers to (tasks, texts) into the store. */
  publish(storeRoot: string): Promise<void>;
  /** Removes what was gathered in the meantime. */
  dispose(): Promise<void>;
}

/**
 * Checks a campaign file and resolves it: grids expanded, files turned into artifacts. Whatever is wrong is thrown as
 * one error naming the places in the file.
 */
export async function prepareCampaign(text: CampaignText): Promise<PreparedCampaign> {
  const root = await mkdtemp(join(tmpdir(), 'quantloop-'));
  const dispose = () => rm(root, { recursive: true, force: true });
  try {
    const gathered = await openStore({ root });
    const file = absoluteSources(parseCampaignFile(text.value), text.file);
    const fidelity = await resolveFidelity({ file, campaignFile: text.file, store: gathered });
    const { checks, fidelityMetrics, tasks } = fidelity;
    const { calibration, issues: calibrationIssues } = await resolveCalibration({
      file,
      campaignFile: text.file,
      store: gathered,
    });
    const { scenarios, issues: scenarioIssues } = await resolveScenarios({
      file,
      campaignFile: text.file,
      store: gathered,
    });
    const issues = [
      ...(await sourceIssues(file)),
      ...(await engineIssues(file)),
      ...calibrationIssues,
      ...fidelity.issues,
      ...scenarioIssues,
    ];
    const campaign = resolveAll({
      file,
      checks,
      fidelityMetrics,
      tasks,
      scenarios,
      issues,
      ...(calibration !== undefined && { calibration }),
    });
    const texts = [
      ...(campaign.calibration === undefined ? [] : [campaign.calibration.text]),
      ...campaign.fidelity.flatMap((check) => (check.kind === 'task' ? [] : [check.text])),
      ...campaign.performance.flatMap(({ prompts }) => (prompts === undefined ? [] : [prompts])),
    ];
    return {
      campaign,
      specDigest: digestOfJson(campaign),
      ...(file.priority !== undefined && { priority: file.priority }),
      ...(file.schedule !== undefined && { schedule: file.schedule }),
      dispose,
      publish: async (storeRoot) => {
        const store = await openStore({ root: storeRoot });
        await Promise.all([
          ...bundlesOf(campaign.fidelity).map(async (bundle) =>
            store.putFolder(await gathered.folder(bundle)),
          ),
          ...texts.map(async (each) => store.putFile(await gathered.file(each), each.mediaType)),
        ]);
        await dispose();
      },
    };
  } catch (error) {
    await dispose();
    if (!(error instanceof InvalidSpec)) throw error;
    throw specError(text, error, `\`quantloop validate ${text.name}\` looks again, and runs nothing.`);
  }
}

interface Unresolved extends Omit<ResolveCampaignOptions, 'methods'> {
  /** What is known to be wrong already. */
  issues: readonly SpecIssue[];
}

/** Adds what core finds (recipes, metrics, names) to what is known already, so that all of it is shown at once. */
function resolveAll({ issues, ...options }: Unresolved): Campaign {
  let campaign: Campaign;
  try {
    campaign = resolveCampaign({ ...options, methods: METHOD_FACTS });
  } catch (error) {
    throw error instanceof InvalidSpec ? new InvalidSpec([...issues, ...error.issues]) : error;
  }
  if (issues.length > 0) throw new InvalidSpec(issues);
  return campaign;
}
