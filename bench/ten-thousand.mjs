// What a campaign of 10,000 trials costs beside its jobs; see apps/cli/bench/ten-thousand.ts.
//
//   node bench/ten-thousand.mjs [--models 20 --targets 25 --recipes 19]
import { join } from 'node:path';
import { fromSources, root, runNode } from '../scripts/run-node.mjs';

const bench = join(root, 'apps/cli/bench/ten-thousand.ts');
process.exitCode = await runNode([...fromSources, bench, ...process.argv.slice(2)]);
