import { formatValue } from '@quantloop/core';
import type { Change, ComparedMetric } from '@quantloop/evaluate';
import colors from 'picocolors';
import { textTable } from '../output/text-table.ts';
import type { RunComparison, RunName, TrialComparison } from './compare-runs.ts';

const MARKS: Record<Change, string> = {
  better: colors.green('better'),
  worse: colors.red('worse'),
  'within the noise': colors.dim('noise'),
  same: colors.dim('same'),
};

/** For people: what changed beyond the noise, trial by trial; with `all` everything that was compared. */
export function printComparison(comparison: RunComparison, { all }: { all: boolean }): void {
  const { before, after, trials, only, selections } = comparison;
  const named = (run: RunName) => `${run.campaign}/${run.run}`;
  console.log(`${colors.bold(named(before))} → ${colors.bold(named(after))}`);
  for (const trial of trials) console.log(`\n${trialText(trial, all)}`);
  for (const id of only.before) console.log(`\n${id}  ${colors.dim(`only in ${named(before)}`)}`);
  for (const id of only.after) console.log(`\n${id}  ${colors.dim(`only in ${named(after)}`)}`);
  for (const { model, target, scenario, before: then, after: now } of selections) {
    const place = `${model} on ${target}, ${scenario}`;
    console.log(`\n${colors.yellow('★')} ${place}: ${then ?? 'nothing'} → ${now ?? 'nothing'} selected`);
  }
  if (selections.length === 0 && trials.length > 1) console.log('\nThe same was selected.');
}

function trialText({ before, after, metrics }: TrialComparison, all: boolean): string {
  const name = colors.bold(before === after ? before : `${before} → ${after}`);
  const changed = metrics.filter(({ change }) => change === 'better' || change === 'worse');
  const shown = all ? metrics : changed;
  const rest = metrics.length - changed.length;
  const head = `${name}  ${colors.dim(`${changed.length} of ${metrics.length} metrics differ, ${rest} do not`)}`;
  return shown.length === 0 ? head : `${head}\n${textTable(shown.map(comparisonRow))}`;
}

/** A metric as a row of `textTable`. */
export function comparisonRow({ metric, before, after, comparison, change }: ComparedMetric): string[] {
  const { difference, ratio, test, pairs, pValue, adjustedPValue = pValue } = comparison;
  const { unit } = after;
  const shown = (value: number) => formatValue(value, unit);
  const interval =
    test === 'ratio-of-ratios'
      ? `×${ratio.value.toFixed(3)} [${ratio.low.toFixed(3)}, ${ratio.high.toFixed(3)}]`
      : `${difference.value > 0 ? '+' : ''}${shown(difference.value)} [${shown(difference.low)}, ${shown(difference.high)}]`;
  return [
    `  ${MARKS[change]}`,
    metric,
    `${shown(before.value)} → ${shown(after.value)}`,
    interval,
    adjustedPValue === undefined ? '' : `p ${adjustedPValue.toPrecision(2)}`,
    colors.dim(pairs === 0 ? test : `${test}, ${pairs} pairs`),
  ];
}
