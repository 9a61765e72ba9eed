import { ParentMessage } from './messages.ts';
import { settle } from './parent-remote.ts';
import { reportFailure, runJob } from './run-job.ts';
import { watchParent } from './watch-parent.ts';

// Arguments: the parent's process id, and the module to load before the job is known.
const [parent, preload] = process.argv.slice(2);
/** Of the job that runs now, if one does. */
let cancellation: AbortController | undefined;

// Ctrl+C reaches the whole process group; whether jobs end is the parent's decision.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => (cancellation === undefined ? process.exit(0) : cancellation.abort()));
process.on('disconnect', () => process.exit(0));
process.on('uncaughtException', (error) => void reportFailure(error));
watchParent(Number(parent));

process.on('message', (raw) => {
  const message = ParentMessage.parse(raw);
  if (message.type === 'answer') return settle(message);
  cancellation = new AbortController();
  void runJob(message, cancellation.signal).then(() => (cancellation = undefined));
});

// A module that cannot be loaded fails its own job, with a message.
if (preload !== undefined) await import(preload).catch(() => {});
