import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TargetName } from './targets.ts';

export interface FuzzOptions {
  target: TargetName;
  seed: number;
  /** Files to read, at most. */
  runs: number;
  /** Ends after this time. @default when all are read */
  milliseconds?: number;
}

export type ChildReport = { reads: string } | { failure: string | null };

export interface FuzzResult {
  reads: number;
  /** Null: each was read, or refused with a typed error, in time, and nothing was written. */
  failure: string | null;
}

/** One file may take this long, on a machine that does other things. */
const PATIENCE_MS = 60_000;
/** Of JavaScript's heap; the files are small. */
const MEMORY_MIB = 512;

/** Reads damaged files in a process of its own, with little memory, and watches it. */
export async function fuzzTarget(options: FuzzOptions): Promise<FuzzResult> {
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), {
    execArgv: [
      '--conditions=@quantloop/source',
      '--disable-warning=ExperimentalWarning',
      `--max-old-space-size=${MEMORY_MIB}`,
    ],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-2000)));
  let reads = 0;
  let last = '';
  let hung = false;
  let end: { failure: string | null } | undefined;
  const hang = () => {
    hung = true;
    child.kill('SIGKILL');
  };
  let timer = setTimeout(hang, PATIENCE_MS);
  child.on('message', (report: ChildReport) => {
    clearTimeout(timer);
    if ('failure' in report) return (end = report);
    timer = setTimeout(hang, PATIENCE_MS);
    reads += 1;
    return (last = report.reads);
  });
  child.send(options);
  await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (end !== undefined) return { reads, failure: end.failure };
  const what = hung ? `did not end within ${PATIENCE_MS / 1000} s` : `ended the process:\n${errors}`;
  return { reads, failure: `The file of number ${reads}, seed ${options.seed}, ${what}\nIn base64: ${last}` };
}
