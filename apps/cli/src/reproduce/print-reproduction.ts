import colors from 'picocolors';
import { comparisonRow } from '../compare/print-comparison.ts';
import { textTable } from '../output/text-table.ts';
import type { Reproduction } from './reproduce-trial.ts';

/** For people: whether it came out the same, what did not, and what was different in the making. */
export function printReproduction(reproduction: Reproduction): void {
  const { campaign, run, trial, sameModel, agrees, metrics, circumstances } = reproduction;
  const { disagreements } = reproduction;
  const decisive = new Set(disagreements.map(({ metric }) => metric));
  const moved = metrics.filter(
    ({ metric, change }) => !decisive.has(metric) && (change === 'better' || change === 'worse'),
  );
  const verdict = agrees ? colors.green('It agrees.') : colors.red('It does not agree.');
  console.log(`${colors.bold(trial)} of ${campaign}/${run}, run again: ${verdict}`);
  console.log(sameModel ? 'The model is the same, byte for byte.' : 'The model is another one.');
  if (disagreements.length > 0) console.log(`\n${textTable(disagreements.map(comparisonRow))}`);
  if (moved.length > 0) {
    console.log(`\nWhat also moved, as the machine may have:\n${textTable(moved.map(comparisonRow))}`);
  }
  if (circumstances.length === 0) return;
  const rows = circumstances.map(({ name, before, after }) => [`  ${name}`, before, '→', after]);
  console.log(`\nWhat was different this time:\n${textTable(rows)}`);
}
