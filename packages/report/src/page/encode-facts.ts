import { gzipSync } from 'node:zlib';
import type { PageFacts } from './page-facts.ts';

/** As text for an element of the page: JSON, compressed, in base 64. A thousand trials are some ten megabytes of JSON. */
export const encodeFacts = (facts: PageFacts): string =>
  gzipSync(JSON.stringify(facts), { level: 9 }).toString('base64');
