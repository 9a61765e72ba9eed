import { JobMessage } from './messages.ts';
import { reportFailure, runJob } from './run-job.ts';
import { watchParent } from './watch-parent.ts';

// Arguments: the parent's process id, and the module to load before the job is known.
const [parent, preload] = process.argv.slice(2);
const cancellation = new AbortController();
let busy = false;

// Ctrl+C reaches the whole process group; whether jobs end is the parent's decision.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => (busy ? cancellation.abort() : process.exit(0)));
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => void reportFailure(error));
watchParent(Number(parent));

process.on('message', (message) => {
  busy = true;
  void runJob(JobMessage.parse(message), cancellation.signal);
});

// A module that cannot be loaded fails its own job, with a message.
if (preload !== undefined) await import(preload).catch(() => {});
