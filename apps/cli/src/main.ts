#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { userCacheFolder } from '@quantloop/artifacts/user-cache-folder';

// Compiled code is kept for the next start, here and in the processes of jobs: half of the start-up time.
process.env['NODE_COMPILE_CACHE'] ??= join(userCacheFolder(), 'compile-cache');
enableCompileCache();

// Who read what is printed may have left, as in `quantloop list | head -1`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const { quantloop } = await import('./quantloop.ts');
const exitCode = await quantloop(process.argv.slice(2));
// Temporal's native threads would keep the process; what was printed must be out first.
await new Promise((resolve) => process.stdout.write('', resolve));
process.exit(exitCode);
