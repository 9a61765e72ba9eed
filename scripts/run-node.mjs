import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Node 24 from the dependencies: runs the TypeScript sources as they are. */
export const node24 = fileURLToPath(
  new URL(`../node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
);

/** Command-line arguments that make Node take `@quantloop/*` from their sources. */
export const fromSources = ['--conditions=@quantloop/source', '--disable-warning=ExperimentalWarning'];

/** Runs a program with this terminal; resolves with its exit code. Signals reach it, and it decides when to end. */
export function runProgram(program, args, { env = process.env, cwd = process.cwd() } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env, cwd });
    // Ctrl-C reaches the child through the terminal; a signal sent to this process alone has to be handed on.
    const onInterrupt = () => {};
    const onTerminate = () => child.kill('SIGTERM');
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

/** Runs a script of the repository with Node 24 and its tools on the PATH. */
export function runNode(args, { env = {}, cwd = process.cwd() } = {}) {
  const separator = process.platform === 'win32' ? ';' : ':';
  return runProgram(node24, args, {
    cwd,
    env: {
      ...process.env,
      PATH: `${root}node_modules/node/bin${separator}${root}node_modules/.bin${separator}${process.env.PATH ?? ''}`,
      ...env,
    },
  });
}
