import { openStore } from '@quantloop/artifacts';

const [root = '', cache = '', source = ''] = process.argv.slice(2);
process.env['QUANTLOOP_CACHE_DIR'] = cache;
const store = await openStore({ root });
await store.putFile(source, 'x/y');
process.disconnect();
