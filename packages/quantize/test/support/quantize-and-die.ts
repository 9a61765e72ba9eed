/**
 * Quantizes in a process of its own, which kills itself with SIGKILL where told: before weight `kill`, or in the middle
 * of writing it out. Arguments: source, target, store, recipe, kill.
 */
import { openStore } from '@quantloop/artifacts';
import { Recipe } from '@quantloop/core';
import { quantizeFolder } from '@quantloop/quantize';

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
  checkpoint: store.checkpoint('a'.repeat(64)),
  onProgress: ({ done }) => {
    if (done === Number(kill)) process.kill(process.pid, 'SIGKILL');
  },
  onResumed: (weights) => (resumed = weights),
});
process.stdout.write(String(resumed));
