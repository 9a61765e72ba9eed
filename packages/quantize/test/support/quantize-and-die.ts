/**
 * Quantizes in a process of its own, which kills itself with SIGKILL where told: before tensor `kill`, or when
 * all are finished and the model is to be written. Arguments: source, target, store, recipe, kill.
 */
import { openStore } from '@quantloop/artifacts';
import { Recipe } from '@quantloop/core';
import { quantizeFolder } from '@quantloop/quantize';
import { CHAIN_SEQUENCES } from './chain-sequences.ts';

const [source, target, storeRoot, recipe, kill] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const store = await openStore({ root: storeRoot });
let resumed = 0;
await quantizeFolder({
  source,
  target,
  recipe: Recipe.parse(JSON.parse(recipe)),
  calibration: { sequences: CHAIN_SEQUENCES },
  checkpoint: store.checkpoint('a'.repeat(64)),
  blockWeights: 1,
  threads: 2,
  onProgress: ({ done }) => {
    if (done === Number(kill)) process.kill(process.pid, 'SIGKILL');
  },
  onResumed: (blocks) => (resumed = blocks),
});
process.stdout.write(String(resumed));
