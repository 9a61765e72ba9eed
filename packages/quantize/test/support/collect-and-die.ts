/**
 * Collects statistics in a process of its own, which kills itself with SIGKILL before value `kill`. Prints how many
 * values it took over and its peak memory in MiB. Arguments: source, target, store, kill; and how many
 * sequences of 570 tokens instead.
 */
import { openStore } from '@quantloop/artifacts';
import { collectStatistics } from '@quantloop/quantize';
import { CHAIN_SEQUENCES } from './chain-sequences.ts';

const [source, target, storeRoot, kill, long] = process.argv.slice(2) as [
  ...[string, string, string, string],
  string?,
];
const LONG = Array.from({ length: 10 }, () => CHAIN_SEQUENCES.flat()).flat();
const store = await openStore({ root: storeRoot });
let resumed = 0;
await collectStatistics({
  source,
  target,
  sequences: long === undefined ? CHAIN_SEQUENCES : Array.from({ length: Number(long) }, () => LONG),
  checkpoint: store.checkpoint('a'.repeat(64)),
  onProgress: ({ done }) => {
    if (done === Number(kill)) process.kill(process.pid, 'SIGKILL');
  },
  onResumed: (values) => (resumed = values),
});
process.stdout.write(JSON.stringify({ resumed, peak: process.resourceUsage().maxRSS / 1024 }));
