import { readFileSync } from 'node:fs';

let given = 0;

/** `<pid>.<start time>.<counter>`, another one at each call: a later process with the same pid is another one. */
export function newIdentity(): string {
  return `${process.pid}.${startTime(process.pid)}.${(given += 1)}`;
}

/** Whether the process that an identity was given in still runs. */
export function isAlive(identity: string): boolean {
  const [pid, started] = identity.split('.');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  return String(startTime(Number(pid))) === started;
}

/** Clock ticks since boot at which a process started; 0 where the system does not tell (field 22 of Linux's stat). */
function startTime(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    return 0;
  }
}
