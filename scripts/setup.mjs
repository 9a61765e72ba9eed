// Makes a fresh clone ready: dependencies, Node 24, the Temporal CLI. Does nothing when all are there.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromSources, node24, root, runNode, runProgram } from './run-node.mjs';

const STAMP = join(root, 'node_modules', '.quantloop-setup.json');

/** Installs what is missing. Returns 0, or the exit code of the step that failed. */
export async function setup({ temporal = 'required' } = {}) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) {
    console.error(`quantloop needs Node 20 or newer; this is ${process.version}.`);
    return 1;
  }
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  let stamp = readStamp();
  if (stamp.lock !== lock) {
    if (!installed()) {
      const code = await installDependencies();
      if (code !== 0) return code;
    }
    stamp = { lock };
    writeStamp(stamp);
  }
  if (process.env.TEMPORAL_CLI_PATH || (stamp.temporal !== undefined && existsSync(stamp.temporal))) return 0;
  const found = await ensureTemporal();
  if (found === undefined) return temporal === 'required' ? 1 : 0;
  writeStamp({ ...stamp, temporal: found });
  return 0;
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return {};
  }
}

function writeStamp(stamp) {
  writeFileSync(STAMP, `${JSON.stringify(stamp)}\n`);
}

/** Whether node_modules, installed by other means, is what the lock file says. */
function installed() {
  const hidden = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden) || !existsSync(node24)) return false;
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) =>
      !path.includes('node_modules/') ||
      (present[path] === undefined ? entry.optional || entry.peer : present[path].version === entry.version),
  );
}

async function installDependencies() {
  console.error('Installing dependencies (npm ci) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--no-audit', '--no-fund', '--prefer-offline'];
  // onnxruntime-node's own install step downloads CUDA libraries, which only `doctor` asks for.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const started = Date.now();
  const code = await runProgram(npm, args, { cwd: root, env });
  if (code !== 0) {
    console.error('npm ci failed: see above. The registry has to be reachable for the first set-up.');
    return code;
  }
  const version = spawnSync(node24, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (!version) {
    console.error(`Node 24 did not come with the dependencies (${node24} does not run).`);
    return 1;
  }
  console.error(
    `Dependencies and Node ${version.slice(1)} are ready (${Math.round((Date.now() - started) / 1000)} s).`,
  );
  return 0;
}

/** Runs the CLI's own search for the Temporal CLI; it prints the path it ends with. */
async function ensureTemporal() {
  const script = join(root, 'apps', 'cli', 'src', 'temporal', 'print-temporal-cli.ts');
  const result = join(root, 'node_modules', '.quantloop-temporal');
  const code = await runNode([...fromSources, script, result], { cwd: root });
  if (code !== 0 || !existsSync(result)) return undefined;
  return readFileSync(result, 'utf8').trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const code = await setup();
  if (code === 0) console.error('Ready: `npm run demo`, `npm test`, `npm run quantloop -- --help`.');
  process.exitCode = code;
}
