import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@quantloop/artifacts';

const store = await openStore({ root: process.argv[2] ?? '' });
const folder = await store.scratch();
writeFileSync(join(folder, 'half'), 'done');
process.send?.(folder);
setInterval(() => {}, 1000);
