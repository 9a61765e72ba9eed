import { openStore, storeExists, type Store } from '@quantloop/artifacts';
import { bundlesOf, type Decision, type Trial } from '@quantloop/core';
import { compareTrials, type ComparedMetric } from '@quantloop/evaluate';
import { readRun } from '@quantloop/report';
import { CliError, EXIT } from '../cli-error.ts';
import { requireRunFolder } from '../run/find-run-folder.ts';
import { requireTrial } from './require-trial.ts';

export interface CompareRunsOptions {
  /** Names or folders of runs. */
  before: string;
  after: string;
  out: string;
  storeRoot: string;
  /** Id or label of a trial of the first run; absent: every trial that both have. */
  trial?: string;
  /** Of the second run. @default the same */
  with?: string;
}

export interface RunComparison {
  before: RunName;
  after: RunName;
  trials: TrialComparison[];
  /** Ids of trials of one run only. */
  only: { before: string[]; after: string[] };
  /** What each of them selected, where that differs. */
  selections: {
    model: string;
    target: string;
    scenario: string;
    before: string | null;
    after: string | null;
  }[];
}

export interface RunName {
  campaign: string;
  run: string;
}

export interface TrialComparison {
  /** Ids. */
  before: string;
  after: string;
  metrics: ComparedMetric[];
}

type Run = Awaited<ReturnType<typeof readRun>>;

/** Two runs, or two trials, compared by what is in their folders and, for pairing documents, in the store. */
export async function compareRuns(options: CompareRunsOptions): Promise<RunComparison> {
  if (!(await storeExists(options.storeRoot))) throw noStore(options.storeRoot);
  const [before, after] = await Promise.all(
    [options.before, options.after].map(async (name) => readRun(await requireRunFolder(name, options.out))),
  );
  const store = await openStore({ root: options.storeRoot });
  const pairs = pairsOf(before!, after!, options);
  const trials: TrialComparison[] = [];
  for (const [then, now] of pairs)
    trials.push(await compareTwo(then, now, { before: before!, after: after!, store }));
  return {
    before: nameOf(before!),
    after: nameOf(after!),
    trials,
    only: options.trial === undefined ? onlyIn(before!, after!) : { before: [], after: [] },
    selections: options.trial === undefined ? changedSelections(before!.decision, after!.decision) : [],
  };
}

const nameOf = ({ campaign, run }: Run): RunName => ({ campaign: campaign.campaign, run });

async function compareTwo(
  before: Trial,
  after: Trial,
  { before: { campaign: earlier }, after: { campaign }, store }: { before: Run; after: Run; store: Store },
): Promise<TrialComparison> {
  const bundles = bundlesOf([...campaign.fidelity, ...earlier.fidelity]);
  const metrics = await compareTrials({ before, after, bundles, store, seed: campaign.seed });
  return { before: before.id, after: after.id, metrics };
}

function pairsOf(before: Run, after: Run, options: CompareRunsOptions): [Trial, Trial][] {
  if (options.trial !== undefined) {
    const first = requireTrial(before, options.trial);
    return [[first, requireTrial(after, options.with ?? first.label)]];
  }
  if (options.before === options.after) {
    throw new CliError({
      message: 'A run does not differ from itself',
      hint: 'Name two runs, or --trial and --with to compare two trials of this one.',
      exitCode: EXIT.invalid,
    });
  }
  return before.trials.flatMap((then) => {
    const now = after.trials.find(({ id }) => id === then.id);
    return now === undefined ? [] : [[then, now] as [Trial, Trial]];
  });
}

function onlyIn(before: Run, after: Run): RunComparison['only'] {
  const missing = (from: Run, other: Run) =>
    from.trials.map(({ id }) => id).filter((id) => !other.trials.some((trial) => trial.id === id));
  return { before: missing(before, after), after: missing(after, before) };
}

function changedSelections(before: Decision, after: Decision): RunComparison['selections'] {
  const key = ({ model, target, scenario }: Decision['selections'][number]) =>
    JSON.stringify([model, target, scenario]);
  const all = new Map(
    [...before.selections, ...after.selections].map((selection) => [key(selection), selection]),
  );
  const labelIn = (decision: Decision, place: string) =>
    decision.selections.find((selection) => key(selection) === place)?.label ?? null;
  return [...all]
    .map(([place, { model, target, scenario }]) => ({
      model,
      target,
      scenario,
      before: labelIn(before, place),
      after: labelIn(after, place),
    }))
    .filter((change) => change.before !== change.after);
}

const noStore = (root: string): CliError =>
  new CliError({
    message: `There is no store at ${root}, where results per document are kept`,
    hint: 'Run it in the folder of the campaign, or name the store with --store.',
    exitCode: EXIT.invalid,
  });
