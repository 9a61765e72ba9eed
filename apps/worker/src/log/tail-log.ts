import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LogLine } from './log-line.ts';
import { processFolder } from './log-folder.ts';

/** Of the end of a process's log, what is looked at: some hundreds of lines. */
const TAIL_BYTES = 128 * 2 ** 10;

export interface TailLogOptions {
  /** State folder that the processes log in. */
  dir: string;
  /** Workers, each `<host>/<role>/<pid>`: the logs of their processes are read. */
  identities: readonly string[];
  /** Lines that are wanted. @default all */
  matching?: (line: LogLine) => boolean;
  /** Lines at most: the newest. @default 50 */
  lines?: number;
}

/** The newest lines of workers' logs, oldest first. Workers that log elsewhere have none. */
export async function tailLog(options: TailLogOptions): Promise<LogLine[]> {
  const { dir, identities, matching = () => true, lines = 50 } = options;
  const folders = new Set(
    identities.map((identity) => {
      const [host, , pid = ''] = identity.split('/');
      return processFolder(dir, host, pid);
    }),
  );
  const tails = await Promise.all([...folders].map(tailOf));
  return tails
    .flat()
    .filter(matching)
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
    .slice(-lines);
}

async function tailOf(folder: string): Promise<LogLine[]> {
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.jsonl'));
  files.sort((a, b) => numberOf(b) - numberOf(a));
  let tail = '';
  for (const name of files) {
    if (tail.length >= TAIL_BYTES) break;
    // A file may have been dropped meanwhile.
    tail = (await endOf(join(folder, name), TAIL_BYTES - tail.length).catch(() => '')) + tail;
  }
  return tail.split('\n').flatMap(parse);
}

const numberOf = (file: string) => Number(/\.(\d+)\.jsonl$/.exec(file)?.[1] ?? 0);

async function endOf(path: string, most: number): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, most);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}

/** None of a line that the tail cuts, or that is being written. */
function parse(line: string): LogLine[] {
  try {
    return [LogLine.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
