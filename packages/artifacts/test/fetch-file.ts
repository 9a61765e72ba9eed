import { openStore } from '@quantloop/artifacts';
import { ArtifactRef } from '@quantloop/core';

const [root = '', cache = '', ref = ''] = process.argv.slice(2);
process.env['QUANTLOOP_CACHE_DIR'] = cache;
const store = await openStore({ root });
await store.file(ArtifactRef.parse(JSON.parse(ref)));
process.disconnect();
