import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds between two looks at a process: short against any of the phases in which memory peaks. */
const INTERVAL_MS = 20;

/**
 * Runs a program to its end: its seconds, the peak resident set of it and its children together in bytes, and what it
 * printed. Rejects when it fails. Linux only: memory is read from /proc.
 */
export async function measure(program, args, options = {}) {
  const started = performance.now();
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  let peak = 0;
  const look = () => (peak = Math.max(peak, residentBytes(child.pid)));
  const timer = setInterval(look, INTERVAL_MS);
  const code = await new Promise((done, fail) => child.on('error', fail).on('exit', done));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}`);
  return { seconds: (performance.now() - started) / 1000, peak, output };
}

/** Memory of a process and its descendants now. */
function residentBytes(pid) {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = Number(/^PPid:\s*(\d+)/m.exec(status(entry))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const sum = (id) =>
    Number(/^VmRSS:\s*(\d+)/m.exec(status(id))?.[1] ?? 0) * 1024 +
    (children.get(id) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(pid);
}

/** A process may end between two looks. */
function status(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
