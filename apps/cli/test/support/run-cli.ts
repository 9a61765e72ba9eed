import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const NODE = path('../../../../node_modules/node/bin/node');
const FLAGS = [
  '--conditions=@quantloop/source',
  '--disable-warning=ExperimentalWarning',
  path('../../src/main.ts'),
];

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command line from its sources as a process of its own. */
export function runCli(
  args: string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv },
): Promise<CliResult> {
  const { TEMPORAL_ADDRESS: _address, ...env } = process.env;
  const child = spawn(NODE, [...FLAGS, ...args], {
    cwd: options.cwd,
    env: { ...env, NO_COLOR: '1', ...options.env },
  });
  const result: CliResult = { code: -1, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...result, code: code ?? -1 }));
  });
}
