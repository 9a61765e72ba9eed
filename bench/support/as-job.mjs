// Becomes another script, with the environment of a quantloop job's process. Arguments: the script and its own.
import { childEnvironment } from '@quantloop/jobs';

process.execve(
  process.execPath,
  [process.execPath, ...process.execArgv, ...process.argv.slice(2)],
  childEnvironment(),
);
