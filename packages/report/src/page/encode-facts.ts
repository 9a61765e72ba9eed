import { gzipSync } from 'node:zlib';
import type { PageFacts } from './page-facts.ts';

/** Fields whose entries are shown in the order in which they came. */
const IN_ORDER = new Set(['metrics', 'stages', 'options', 'phases', 'weighted']);

/**
 * As text for an element of the page: JSON, compressed, in base 64. A thousand trials are some ten megabytes of JSON. Equal
 * facts give equal text, whatever the order of their fields.
 */
export function encodeFacts(facts: PageFacts): string {
  const json = JSON.stringify(facts, (name, value: unknown) =>
    typeof value !== 'object' || value === null || Array.isArray(value) || IN_ORDER.has(name)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return gzipSync(json, { level: 9 }).toString('base64');
}
