// Whether 64 workers of simulated targets all get on, and how long jobs lie in their queues; see
// apps/cli/bench/sixty-four-workers.ts.
//
//   node bench/sixty-four-workers.mjs [--targets 64 --recipes 5 --seconds 2]
import { join } from 'node:path';
import { fromSources, root, runNode } from '../scripts/run-node.mjs';

const bench = join(root, 'apps/cli/bench/sixty-four-workers.ts');
process.exitCode = await runNode([...fromSources, bench, ...process.argv.slice(2)]);
