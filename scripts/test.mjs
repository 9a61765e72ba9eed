// Sets up what is missing and runs the tests; arguments go to vitest: npm test -- --project core.
import { join } from 'node:path';
import { fromSources, root, runNode } from './run-node.mjs';
import { setup } from './setup.mjs';

// Without a Temporal CLI the tests against a real server are skipped, visibly.
const code = await setup({ temporal: 'optional' });
// Nor is the S3 server needed: it is built with Go, once, where it can be.
if (code === 0) await runNode([...fromSources, join(root, 'test-support/get-versitygw.ts')], { cwd: root });
process.exitCode =
  code !== 0
    ? code
    : await runNode([join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)], {
        cwd: root,
        env: { NX_DAEMON: 'false' },
      });
