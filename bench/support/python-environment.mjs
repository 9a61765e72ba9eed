import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runProgram } from '../../scripts/run-node.mjs';

/** The Python of a virtual environment with exactly these requirements, made where it is missing or another. */
export async function pythonEnvironment(requirements) {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(root, '.quantloop', `bench-${digest}`);
  const python = join(folder, 'bin', 'python');
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return python;
  console.error(`Installing ${requirements} into a virtual environment (once) …`);
  await run(process.env.PYTHON ?? 'python3', ['-m', 'venv', '--clear', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  writeFileSync(complete, '');
  return python;
}

async function run(program, args) {
  const code = await runProgram(program, args, { cwd: root });
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
}
