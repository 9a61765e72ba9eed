/**
 * Scans in a process of its own, which kills itself with SIGKILL before weight `kill`. Prints the scan and how many
 * weights it took over. Arguments: source, scratch, store, recipes, tokens, kill.
 */
import { openStore } from '@quantloop/artifacts';
import { WeightRecipe } from '@quantloop/core';
import { scanFolder } from '@quantloop/quantize';

const [source, scratch, storeRoot, recipes, sequences, kill] = process.argv.slice(2) as [
  ...[string, string, string],
  ...[string, string, string],
];
const store = await openStore({ root: storeRoot });
let resumed = 0;
const scan = await scanFolder({
  source,
  scratch,
  recipes: (JSON.parse(recipes) as unknown[]).map((recipe) => WeightRecipe.parse(recipe)),
  calibration: { sequences: JSON.parse(sequences) as number[][] },
  checkpoint: store.checkpoint('a'.repeat(64)),
  onProgress: ({ done }) => {
    if (done === Number(kill)) process.kill(process.pid, 'SIGKILL');
  },
  onResumed: (weights) => (resumed = weights),
});
process.stdout.write(JSON.stringify({ scan, resumed }));
