/**
 * Scans in a process of its own, which kills itself with SIGKILL before weight `kill`. Prints the scan, how many
 * weights it took over and its peak memory in MiB. Arguments: source, scratch, store, recipes, tokens, kill. The tokens
 * are one window, which is repeated `times` (argument 7): onnxruntime-node crashes in a process with 48 KB of arguments.
 */
import { openStore } from '@quantloop/artifacts';
import { WeightRecipe } from '@quantloop/core';
import { scanFolder } from '@quantloop/quantize';

const [source, scratch, storeRoot, recipes, tokens, kill, times = '1'] = process.argv.slice(2) as [
  ...[string, string, string],
  ...[string, string, string],
  string?,
];
const store = await openStore({ root: storeRoot });
const sequences = Array.from({ length: Number(times) }, () => JSON.parse(tokens) as number[]);
let resumed = 0;
const scan = await scanFolder({
  source,
  scratch,
  recipes: (JSON.parse(recipes) as unknown[]).map((recipe) => WeightRecipe.parse(recipe)),
  calibration: { sequences },
  checkpoint: store.checkpoint('a'.repeat(64)),
  onProgress: ({ done }) => {
    if (done === Number(kill)) process.kill(process.pid, 'SIGKILL');
  },
  onResumed: (weights) => (resumed = weights),
});
process.stdout.write(JSON.stringify({ scan, resumed, peak: process.resourceUsage().maxRSS / 1024 }));
