import { execFile } from 'node:child_process';
import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { QuantloopError } from '@quantloop/core';

/** How answers are run on this machine. */
export interface Sandbox {
  /** Program and leading arguments that start Python. */
  command: readonly [string, ...string[]];
  /** Namespaces of its own: no network at all, no process but its own, all of them gone when it ends. */
  namespaces: boolean;
  /** Whom to run as; undefined as this process. Limits on processes do not bind the superuser. */
  user: { uid: number; gid: number } | undefined;
}

/** The user and group `nobody` of Linux. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const UNSHARE = ['--user', '--map-current-user', '--net', '--ipc', '--pid', '--fork', '--kill-child'];

const run = promisify(execFile);
let found: Promise<Sandbox> | undefined;

/**
 * The strongest isolation that this machine lets us have around a Python 3, tried out once a process.
 *
 * @throws QuantloopError `unsupported` where there is no Python 3, or no way to bound it
 */
export function findSandbox(): Promise<Sandbox> {
  return (found ??= search(process.env.PATH ?? ''));
}

/** @param path folders to look in, as the environment's PATH */
export async function search(path: string): Promise<Sandbox> {
  if (process.platform === 'win32') {
    throw unsupported('answers that are programs cannot be run on Windows', 'Run it on Linux or macOS.');
  }
  const pythons = await executables('python3', path);
  if (pythons.length === 0) {
    throw unsupported(
      'there is no python3 on the PATH, which runs the answers of code tasks',
      'Install Python 3.8 or later.',
    );
  }
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const [unshare] = await executables('unshare', path);
  for (const python of pythons) {
    const bounded = ['-I', '-c'];
    const isolated = [unshare, [...UNSHARE, python, ...bounded]] as const;
    if (isolated[0] !== undefined && (await starts(isolated[0], isolated[1], user))) {
      return { command: [isolated[0], ...isolated[1]], namespaces: true, user };
    }
    if (await starts(python, bounded, user))
      return { command: [python, ...bounded], namespaces: false, user };
  }
  throw unsupported(
    `none of ${pythons.join(', ')} can be run${user === undefined ? '' : ' by another user than root'}`,
    user === undefined ? 'Install Python 3.8 or later.' : 'Run quantloop as an ordinary user.',
  );
}

/** Each real program of a name on the path once; a version manager's stand-in by the program it stands for. */
async function executables(name: string, path: string): Promise<string[]> {
  const programs: string[] = [];
  for (const folder of path.split(delimiter).filter((part) => part !== '')) {
    const file = join(folder, name);
    const usable = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (!usable) continue;
    const real = name === 'python3' ? await realPython(file) : await realpath(file);
    if (real !== undefined && !programs.includes(real)) programs.push(real);
  }
  return programs;
}

async function realPython(file: string): Promise<string | undefined> {
  return run(file, ['-I', '-c', 'import sys; print(sys.executable)'], { timeout: 10_000 }).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

function starts(program: string, leading: readonly string[], user: Sandbox['user']): Promise<boolean> {
  return run(program, [...leading, 'import resource'], { ...user, env: {}, cwd: '/', timeout: 10_000 }).then(
    () => true,
    () => false,
  );
}

function unsupported(message: string, hint: string): QuantloopError {
  return new QuantloopError({ code: 'unsupported', message, hint });
}
