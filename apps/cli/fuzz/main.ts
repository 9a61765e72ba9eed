import { parseArgs } from 'node:util';
import { fuzzTarget } from './fuzz-target.ts';
import { TARGETS, type TargetName } from './targets.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error('Usage: npm run fuzz -- --minutes N --seed S, both numbers');
  process.exit(2);
}

const names = Object.keys(TARGETS) as TargetName[];
console.log(`Damaged files for ${names.join(', ')}: ${minutes} minutes in all, seed ${seed}.`);
for (const target of names) {
  const milliseconds = (minutes * 60_000) / names.length;
  const { reads, failure } = await fuzzTarget({ target, seed, runs: 1e9, milliseconds });
  console.log(`${target}: ${reads} files${failure === null ? '' : `\n${failure}`}`);
  if (failure !== null) process.exitCode = 1;
}
