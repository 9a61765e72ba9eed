import { appendFile, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { storeAttempt, systemCode } from './store-failure.ts';

/** One thing that happened to a job. */
export const JournalEntry = z.strictObject({
  /** ISO 8601, UTC. */
  time: z.iso.datetime(),
  /** The job's key: what is computed, see `results`. */
  key: z.string(),
  stage: z.string(),
  event: z.enum(['started', 'resumed', 'finished', 'failed', 'cached']),
  /** Blocks taken over from the checkpoint. */
  blocks: z.int().nonnegative().optional(),
  /** Wall-clock seconds of the job, with its start-up. */
  seconds: z.number().nonnegative().optional(),
  attempt: z.int().positive().optional(),
  /** The failure's code. */
  code: z.string().optional(),
  /** The process that wrote the entry. */
  pid: z.int().positive(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** What a caller says of an event; time and process are filled in. */
export type JournalNote = Omit<JournalEntry, 'time' | 'pid'>;

/** The append-only record of all jobs of a store, in `journal.jsonl`. */
export interface Journal {
  append(note: JournalNote): Promise<void>;
  /** In the order of writing; lines torn by a power cut are left out. */
  read(): Promise<JournalEntry[]>;
}

export function openJournal(root: string): Journal {
  const path = join(root, 'journal.jsonl');
  let mended: Promise<string> | undefined;
  return {
    append: (note) =>
      storeAttempt({ doing: 'appending to the journal', place: path }, async () => {
        mended ??= separator(path);
        const lead = await mended;
        mended = Promise.resolve('');
        const entry: JournalEntry = { time: new Date().toISOString(), ...note, pid: process.pid };
        // One write of one line with O_APPEND: lines of several processes never mix.
        await appendFile(path, `${lead}${JSON.stringify(entry)}\n`);
      }),
    read: () =>
      storeAttempt({ doing: 'reading the journal', place: path }, async () => {
        const text = await readFile(path, 'utf8').catch((error: unknown) => {
          if (systemCode(error) !== 'ENOENT') throw error;
          return '';
        });
        return text.split('\n').flatMap(parseLine);
      }),
  };
}

/** A newline when the last line was torn, so that the next entry does not become part of it. */
async function separator(path: string): Promise<string> {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    if (size === 0) return '';
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer.toString() === '\n' ? '' : '\n';
  } finally {
    await file.close();
  }
}

function parseLine(line: string): JournalEntry[] {
  try {
    return [JournalEntry.parse(JSON.parse(line))];
  } catch {
    return [];
  }
}
