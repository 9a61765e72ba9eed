import { relative } from 'node:path';
import { formatValue, type DecisionSummary, type Verdict } from '@quantloop/core';
import colors from 'picocolors';
import { foldLines } from '../output/fit-lines.ts';
import { formatDuration } from '../output/format-duration.ts';
import { textTable } from '../output/text-table.ts';
import type { TimeSpent } from './time-spent.ts';

const HEADLINES: Record<DecisionSummary['outcome'], string> = {
  selected: colors.green('A model was selected.'),
  'none-acceptable': colors.red('No model meets the requirements.'),
  inconclusive: colors.yellow('The measurements do not suffice to tell: an interval lies astride a limit.'),
};

/** The decision for people: what was selected and why, or the nearest misses and what would have to give. */
export function printDecision(decision: DecisionSummary): void {
  const out = [`${colors.bold(decision.campaign)}: ${HEADLINES[decision.outcome]}`];
  for (const selection of decision.selections) {
    const { model, target, scenario, label, because, runnerUp, verdicts, wouldChange } = selection;
    out.push(
      '',
      `${colors.green('★')} ${colors.bold(label)}  ${colors.dim(`${model} on ${target}, ${scenario}`)}`,
    );
    out.push(`  ${because}`);
    if (runnerUp !== null) out.push(colors.dim(`  Runner-up: ${runnerUp}`));
    if (wouldChange !== undefined) out.push(colors.dim(`  ${wouldChange.because}`));
    if (verdicts.length > 0) out.push(indent(textTable(verdicts.map(verdictRow))));
  }
  const cases = [...decision.selections, ...decision.nearestMisses];
  const scenarios = new Set(cases.map(({ scenario }) => scenario));
  // Of one scenario it is what was selected.
  for (const { model, target, label, because } of scenarios.size > 1 ? decision.overall : []) {
    out.push('', `${colors.bold(`Overall: ${label ?? 'none'}`)}  ${colors.dim(`${model} on ${target}`)}`);
    out.push(`  ${because}`);
  }
  for (const miss of decision.nearestMisses.slice(0, 3)) {
    const { model, target, scenario, label, relaxation, failing } = miss;
    out.push(
      '',
      `${colors.yellow('≈')} ${colors.bold(label)}  ${colors.dim(`${model} on ${target}, ${scenario}`)}`,
    );
    out.push(`  ${relaxation}`);
    out.push(indent(textTable(failing.map(verdictRow))));
  }
  if (decision.outcome !== 'selected') {
    const binding = decision.binding.map(({ model, target, scenario, because }) => [
      because,
      colors.dim(`${model} on ${target}, ${scenario}`),
    ]);
    const untried = decision.notTried.map(({ label, reason, model, target }) => [
      label,
      colors.dim(`${model} on ${target}`),
      reason,
    ]);
    out.push(...listed('Stands in the way', binding), ...listed('Not tried', untried));
  }
  console.log(foldLines(`\n${out.join('\n')}\n`, process.stdout));
}

/** Longer lists are in the report. */
const LISTED = 6;

function listed(title: string, rows: string[][]): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > LISTED ? [colors.dim(`  and ${rows.length - LISTED} more`)] : [];
  return ['', colors.bold(title), indent(textTable(rows.slice(0, LISTED))), ...more];
}

function verdictRow({ metric, requirement, result, observed, note }: Verdict): string[] {
  const mark = {
    pass: colors.green('pass'),
    fail: colors.red('fail'),
    inconclusive: colors.yellow('unsure'),
  }[result];
  const short = (value: number) => formatValue(value, '');
  const value =
    observed === null ? '' : `${short(observed.value)} [${short(observed.low)}, ${short(observed.high)}]`;
  return [mark, metric, requirement, value, note ?? ''];
}

const indent = (text: string) =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

/** Where the time went, by phase and by stage. */
export function printTimeSpent(time: TimeSpent): void {
  const rows = [
    ['stage', 'computed', 'from cache', 'time'].map((head) => colors.dim(head)),
    ...Object.entries(time.stages).map(([name, stage]) => [
      name,
      String(stage.computed),
      String(stage.cached),
      formatDuration(stage.seconds),
    ]),
  ];
  const perTrial = time.trials === 0 ? 0 : time.orchestration / time.trials;
  const lines = [
    `${colors.bold('Time')}: ${formatDuration(time.total)} in all, ${formatDuration(time.startup)} of it to start server and workers`,
    indent(textTable(rows, { right: [1, 2, 3] })),
    indent(`orchestration ${formatDuration(time.orchestration)} (${perTrial.toFixed(2)} s per trial)`),
    '',
  ];
  console.log(foldLines(lines.join('\n'), process.stdout));
}

/** Where the files are, as short as it can be written. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : `./${short}`;
}
