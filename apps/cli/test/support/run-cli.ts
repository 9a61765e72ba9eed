import { spawn, type ChildProcess } from 'node:child_process';
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

/** Program and arguments before those of a command: for what starts the command line by itself. */
export const CLI_COMMAND: readonly string[] = [NODE, ...FLAGS];

interface CliOptions {
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

/** A command line that runs until it is stopped. */
export interface StartedCli {
  child: ChildProcess;
  ended: Promise<CliResult>;
  /** Resolves as soon as standard output holds the text; rejects when the process ends before. */
  printed(text: string): Promise<void>;
}

/** Starts the command line from its sources as a process of its own. */
export function startCli(args: string[], options: CliOptions): StartedCli {
  const { TEMPORAL_ADDRESS: _address, ...env } = process.env;
  const child = spawn(NODE, [...FLAGS, ...args], {
    cwd: options.cwd,
    env: { ...env, NO_COLOR: '1', ...options.env },
  });
  const result: CliResult = { code: -1, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.stderr += text));
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...result, code: code ?? -1 }));
  });
  const printed = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (result.stdout.includes(text)) resolve();
      };
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`ended before it printed ${text}: ${result.stderr}`)));
      look();
    });
  return { child, ended, printed };
}

/** Runs the command line to its end. */
export function runCli(args: string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).ended;
}
