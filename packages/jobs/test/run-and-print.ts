import { openStore } from '@quantloop/artifacts';
import type { QuantloopError } from '@quantloop/core';
import { runStage } from '@quantloop/jobs';
import { misbehave } from './stages.ts';

const [root = '', way = ''] = process.argv.slice(2);
const store = await openStore({ root });
const end = await runStage(misbehave, { way }, { store }).catch((error: unknown) => error);
const { code, message } = end as QuantloopError;
console.log(JSON.stringify({ code, message }));
