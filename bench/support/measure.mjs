import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds between two looks at a process: short against any of the phases in which memory peaks. */
const INTERVAL_MS = 20;

/**
 * Runs a program to its end: its seconds, the peak resident set of it and its children together in bytes, that of the
 * largest of its children alone (0 without any), and what it printed. Rejects when it fails. Linux only: memory is read
 * from /proc.
 */
export async function measure(program, args, options = {}) {
  const started = performance.now();
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  let peak = 0;
  let childPeak = 0;
  const look = () => {
    const [own, ...descendants] = processTree(child.pid);
    peak = Math.max(peak, own.resident + descendants.reduce((sum, { resident }) => sum + resident, 0));
    // The kernel keeps each process's own: nothing between two looks is missed.
    childPeak = Math.max(childPeak, ...descendants.map(({ most }) => most));
  };
  const timer = setInterval(look, INTERVAL_MS);
  const code = await new Promise((done, fail) => child.on('error', fail).on('exit', done));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  return { seconds: (performance.now() - started) / 1000, peak, childPeak, output };
}

/** Memory of a process, and then of each of its descendants, in bytes: now and at most so far. */
function processTree(root) {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = Number(/^PPid:\s*(\d+)/m.exec(status(entry))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = (id) => [memory(id), ...(children.get(id) ?? []).flatMap(tree)];
  return tree(root);
}

function memory(pid) {
  const text = status(pid);
  const bytes = (field) => Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return { resident: bytes('VmRSS'), most: bytes('VmHWM') };
}

/** A process may end between two looks. */
function status(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
