/**
 * Collects statistics in a process of its own, which kills itself with SIGKILL before value `kill`. Prints how many
 * values it took over. Arguments: source, target, store, kill.
 */
import { openStore } from '@quantloop/artifacts';
import { collectStatistics } from '@quantloop/quantize';
import { CHAIN_SEQUENCES } from './chain-sequences.ts';

const [source, target, storeRoot, kill] = process.argv.slice(2) as [string, string, string, string];
const store = await openStore({ root: storeRoot });
let resumed = 0;
await collectStatistics({
  source,
  target,
  sequences: CHAIN_SEQUENCES,
  checkpoint: store.checkpoint('a'.repeat(64)),
  onProgress: ({ done }) => {
    if (done === Number(kill)) process.kill(process.pid, 'SIGKILL');
  },
  onResumed: (values) => (resumed = values),
});
process.stdout.write(JSON.stringify({ resumed }));
