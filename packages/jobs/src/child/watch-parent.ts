import { Worker } from 'node:worker_threads';

/** Plain JavaScript in a string: a thread from a file would load the TypeScript stripper again, 70 ms instead of 40. */
const watcher = `
  const { workerData: parent } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, 250);
`;

/**
 * Kills this process soon after its parent has gone. A thread of its own watches, for a job that blocks the main thread
 * in native code cannot see its channel close, and an orphan must not go on working on what a successor has taken over.
 */
export function watchParent(parent: number): void {
  new Worker(watcher, { eval: true, workerData: parent, execArgv: [], env: {}, stdin: false }).unref();
}
