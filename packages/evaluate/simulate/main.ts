import { parseArgs } from 'node:util';
import { assess } from './assess.ts';
import { BOUNDS, missed, percent, summarize } from './summarize.ts';

/** `npm run simulate -- --campaigns 1000 --seed 0`: exits with 1 where a bound is missed. */
const { values } = parseArgs({
  options: {
    campaigns: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '0' },
    verbose: { type: 'boolean', default: false },
  },
});
const [campaigns, seed] = [Number(values.campaigns), Number(values.seed)];
if (!Number.isSafeInteger(campaigns) || campaigns < 1 || !Number.isSafeInteger(seed) || seed < 0) {
  console.error(
    `--campaigns ${values.campaigns} --seed ${values.seed}: give whole numbers, such as 1000 and 0.`,
  );
  process.exit(2);
}

const assessments = Array.from({ length: campaigns }, (_, i) => {
  const assessment = assess(seed + i);
  for (const { place, raced, whole } of values.verbose ? assessment.other : []) {
    console.log(`seed ${seed + i}, ${place}: ${raced} instead of ${whole}`);
  }
  return assessment;
});
const summary = summarize(assessments);
const { places } = summary;
const rows: [string, string, string?][] = [
  ['campaigns', `${campaigns}, of which ${percent(summary.without)} select nothing`],
  [
    'selected what truly violates a requirement',
    percent(summary.wrongSelected),
    `≤ ${percent(BOUNDS.wrongSelected)}`,
  ],
  ['verdicts "pass" that are wrong', percent(summary.wrongPasses), `≤ ${percent(BOUNDS.wrongPasses)}`],
  ['same winners, or within the noise', percent(summary.sameWinners), `≥ ${percent(BOUNDS.sameWinners)}`],
  ['identical winners', percent(summary.identicalWinners)],
  [
    'models × targets × scenarios',
    `${places.all}: ${places.same} the same, ${places.tied} tied, ${places.undecided} undecided by the whole, ${places.other} other`,
  ],
  ['evaluation of measuring everything whole', percent(summary.cost), `≤ ${percent(BOUNDS.cost)}`],
  ['the same of each campaign, in the mean', percent(summary.meanCost)],
  ['quantization, likewise', percent(summary.quantization)],
];
const width = Math.max(...rows.map(([name]) => name.length));
for (const [name, value, bound] of rows) {
  console.log(`${name.padEnd(width)}  ${value}${bound === undefined ? '' : `  (${bound})`}`);
}
const misses = missed(summary);
for (const miss of misses) console.error(`Missed: ${miss}.`);
process.exitCode = misses.length === 0 ? 0 : 1;
