// Builds or shows the documentation as a site: npm run docs:build, npm run docs:dev. What it needs is installed under
// docs/ alone, so that neither the tests nor the command line carry it.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromSources, root, runNode, runProgram } from './run-node.mjs';
import { setup } from './setup.mjs';

const docs = join(root, 'docs');
const installed = (path) => join(docs, 'node_modules', path);

const steps = [
  () => setup({ temporal: 'optional' }),
  installTools,
  // The pages of the reference are made from the code at each build: they can't fall behind it.
  () => runNode([...fromSources, join(docs, 'generate/main.ts')]),
  () => runNode([installed('typedoc/bin/typedoc')], { cwd: docs }),
  () => runNode([installed('vitepress/bin/vitepress.js'), ...process.argv.slice(2), docs]),
];
for (const step of steps) {
  process.exitCode = await step();
  if (process.exitCode !== 0) break;
}

function installTools() {
  const record = installed('.package-lock.json');
  const current =
    existsSync(record) && statSync(record).mtimeMs >= statSync(join(docs, 'package-lock.json')).mtimeMs;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  return current
    ? 0
    : runProgram(npm, ['ci', '--no-audit', '--no-fund', '--workspaces=false'], { cwd: docs });
}
