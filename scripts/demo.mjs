// Sets up what is missing and runs the demo campaign: npm run demo.
import { join } from 'node:path';
import { fromSources, root, runNode } from './run-node.mjs';
import { setup } from './setup.mjs';

const code = await setup();
process.exitCode =
  code !== 0
    ? code
    : await runNode([...fromSources, join(root, 'apps/cli/src/main.ts'), 'demo', ...process.argv.slice(2)]);
