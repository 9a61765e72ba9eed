import { hostname } from 'node:os';

/** `<host>.<pid>`: who made a temporary file. */
export function processMark(): string {
  return `${hostMark()}.${process.pid}`;
}

/** Whether a temporary name was left by a process of this host that has ended. Other hosts sharing the store are left alone. */
export function isLeftover(name: string): boolean {
  const [host, pid] = name.split('.');
  if (host !== hostMark() || pid === undefined || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function hostMark(): string {
  return hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
}
