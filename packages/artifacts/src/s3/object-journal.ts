import { randomBytes } from 'node:crypto';
import { JournalEntry, type Journal } from '../journal.ts';
import type { Objects } from '../objects.ts';
import { keyFileName } from '../result-cache.ts';

/**
 * A journal in a place where nothing can be appended to. An entry is an empty object that says everything by its name,
 * so that writing needs no lock and reading takes one request for a thousand entries:
 * `journal/<time>.<random>/<key>/stage=…&event=…`
 */
export function objectJournal(objects: Objects): Journal {
  return {
    async append({ key, ...note }) {
      const entry = { ...note, pid: process.pid };
      const said = Object.entries(entry).filter(([, value]) => value !== undefined);
      const words = new URLSearchParams(said.map(([name, value]): [string, string] => [name, String(value)]));
      const moment = `${new Date().toISOString()}.${randomBytes(4).toString('hex')}`;
      await objects.write(`journal/${moment}/${keyFileName(key)}/${words}`, Buffer.alloc(0));
    },
    async read() {
      const names = (await objects.list('journal')).map(({ name }) => name).sort();
      return names.flatMap(parseName);
    },
  };
}

const NUMBERS = new Set(['blocks', 'seconds', 'attempt', 'pid']);

function parseName(name: string): JournalEntry[] {
  const [, moment = '', hex = '', words = ''] = name.split('/');
  const entry = Object.fromEntries(
    [...new URLSearchParams(words)].map(([word, value]) => [word, NUMBERS.has(word) ? Number(value) : value]),
  );
  const time = moment.slice(0, moment.lastIndexOf('.'));
  const parsed = JournalEntry.safeParse({ ...entry, time, key: `sha256:${hex}` });
  return parsed.success ? [parsed.data] : [];
}
