import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));

export const STORIES = `${root}models/stories260k`;
export const GOLDEN = `${root}golden/stories260k.samples.jsonl`;
export const hasSharedData = existsSync(STORIES) && existsSync(GOLDEN);
export const needsSharedData = hasSharedData ? '' : ' (skipped: needs ../shared/data)';
