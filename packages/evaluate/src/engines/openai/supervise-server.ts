import { spawn } from 'node:child_process';

/** Milliseconds between asking the processes to end and ending them. */
const GRACE = 10_000;

/**
 * A process between the one that measures and the server: when its standard input ends, because the measuring process
 * asked for it or is no more, it ends the server and all of its children. It exits as the server does.
 */
const [program, ...args] = process.argv.slice(2);
const server = spawn(program!, args, { detached: true, stdio: ['ignore', 'inherit', 'inherit'] });

const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-server.pid!, signal);
  } catch {
    return false;
  }
};

server.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
server.on('exit', (code, signal) => {
  const end = () => process.exit(code ?? (signal === null ? 0 : 128));
  // Children that outlive the server have as long as it had.
  if (!signalGroup('SIGTERM')) end();
  const deadline = Date.now() + GRACE;
  setInterval(() => {
    if (Date.now() > deadline) signalGroup('SIGKILL');
    if (!signalGroup(0)) end();
  }, 50);
});
process.stdin.resume().on('close', () => {
  signalGroup('SIGTERM');
  setTimeout(() => signalGroup('SIGKILL'), GRACE);
});
// A terminal's Ctrl-C is for the process that measures; it closes the input when it has ended its work.
process.on('SIGINT', () => {});
