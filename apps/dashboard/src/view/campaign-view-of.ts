import {
  actInWords,
  decide,
  formatValue,
  headline,
  inForce,
  limitOf,
  limitsIn,
  quantityText,
  rejected,
  type Campaign,
  type Trial,
  type TrialProgress,
  type Verdicts,
} from '@quantloop/core';
import { livePlots } from '@quantloop/report';
import type { CampaignLook } from '../campaign-source.ts';
import type { CampaignView, TrialRow } from './campaign-view.ts';
import { leftInWords, shownJob } from './time-left.ts';

/** Puts what is known of a campaign in the order that it is shown in, judged as it would be if it ended now. */
export function campaignViewOf({ entry, live, workers, log }: CampaignLook): CampaignView {
  const jobs = [...(live?.active ?? [])];
  const shown = workers.map(({ identity }) => {
    const job = jobs.find(([, { worker }]) => worker === identity);
    return {
      identity,
      role: identity.split('/')[1] ?? '',
      ...(job !== undefined && { job: { ...shownJob(job[1]), trial: job[0] } }),
    };
  });
  if (live === undefined) return { entry, workers: shown, log };
  const { progress, active, rows } = live;
  const campaign = inForce(live.campaign, progress.acts);
  const verdicts = decide(campaign, rows, { rejected: rejected(progress.acts) });
  const columns = columnsOf(campaign, verdicts);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const own = active.get('');
  const left = leftInWords(live);
  return {
    entry,
    live: {
      phase: progress.phase,
      round: progress.round,
      ...(left !== undefined && { left }),
      ...(progress.asked !== undefined && { asked: progress.asked }),
      columns,
      trials: progress.trials.map((trial) =>
        rowOf(trial, {
          columns,
          verdicts,
          row: byId.get(trial.id),
          job: active.has(trial.id) ? shownJob(active.get(trial.id)!) : undefined,
        }),
      ),
      ...(own !== undefined && { own: shownJob(own) }),
      plots: livePlots({ campaign, run: progress.run, trials: [...rows], verdicts }),
      limits: limitsIn(campaign.requirements).map((requirement) => {
        const { kind, limit } = limitOf(requirement);
        return { what: `${requirement.metric} ${kind}`, value: quantityText(limit) };
      }),
      acts: progress.acts.map((act) => ({
        by: act.by,
        at: new Date(act.at).toISOString(),
        ...actInWords(act),
      })),
    },
    workers: shown,
    log,
  };
}

/** What requirements limit, the size, and each scenario's speed. */
function columnsOf(campaign: Campaign, { verdicts }: Verdicts): string[] {
  const limited = Object.values(verdicts).flatMap((byScenario) =>
    Object.values(byScenario).flatMap((each) => each.map(({ metric }) => metric)),
  );
  return [
    ...new Set([
      ...limited,
      'model.bytes',
      ...campaign.performance.map((scenario) => headline(scenario).name),
    ]),
  ];
}

function rowOf(
  trial: TrialProgress,
  context: {
    columns: readonly string[];
    verdicts: Verdicts;
    row: Trial | undefined;
    job: TrialRow['job'] | undefined;
  },
): TrialRow {
  const { columns, verdicts, row, job } = context;
  const { id, label, model, target, round, status, failure, stopped, planned } = trial;
  const note = stopped ?? (status === 'waiting' ? planned : undefined);
  return {
    ...{ id, label, model, target, round, status },
    ...(note !== undefined && { note }),
    ...(failure !== undefined && { failure }),
    ...(job !== undefined && { job }),
    leads: verdicts.selections.filter((selection) => selection.trial === id).map(({ scenario }) => scenario),
    cells: columns.map((metric) => {
      const measured = row?.metrics[metric];
      return measured === undefined || !Number.isFinite(measured.value)
        ? '—'
        : formatValue(measured.value, measured.unit);
    }),
  };
}
