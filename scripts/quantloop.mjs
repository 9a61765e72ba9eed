// Runs the `quantloop` command from its sources: node scripts/quantloop.mjs <arguments>.
import { join } from 'node:path';
import { fromSources, root, runNode } from './run-node.mjs';
import { setup } from './setup.mjs';

const code = await setup({ temporal: 'optional' });
process.exitCode =
  code !== 0
    ? code
    : await runNode([...fromSources, join(root, 'apps/cli/src/main.ts'), ...process.argv.slice(2)]);
