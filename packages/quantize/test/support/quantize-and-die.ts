/**
 * Quantizes in a process of its own, which kills itself with SIGKILL where told: at "tensors 2" before the third tensor,
 * or when all are finished and the model is to be written. Arguments: source, target, store, recipe, kill.
 */
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';
import { needsStatistics, Recipe } from '@quantloop/core';
import { collectStatistics, METHOD_FACTS, quantizeFolder, Statistics } from '@quantloop/quantize';
import { CHAIN_SEQUENCES } from './chain-sequences.ts';

const [source, target, storeRoot, recipe, kill] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const store = await openStore({ root: storeRoot });
const sequences = CHAIN_SEQUENCES;
const parsed = Recipe.parse(JSON.parse(recipe));
const collected = join(storeRoot, 'statistics');
const measured = needsStatistics(parsed, METHOD_FACTS);
if (measured) await collectStatistics({ source, target: collected, sequences });
let resumed = 0;
await quantizeFolder({
  source,
  target,
  recipe: parsed,
  calibration: { sequences },
  ...(measured && { statistics: await Statistics.open(collected) }),
  checkpoint: store.checkpoint('a'.repeat(64)),
  blockWeights: 1,
  threads: 2,
  onProgress: ({ unit, done }) => {
    if (`${unit} ${done}` === kill) process.kill(process.pid, 'SIGKILL');
  },
  onResumed: (blocks) => (resumed = blocks),
});
process.stdout.write(String(resumed));
