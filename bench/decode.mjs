// Greedy decoding of the same ONNX folders by Hugging Face's transformers.js and by quantloop's engine, alternating:
// the demo model as imported and in 4 bits, and a Llama of 134 million random weights. Each runs as it does in use:
// quantloop's engine in a process like those of its jobs, whose memory comes in large pages. Prints tokens per second, the
// best of all repetitions, and ratios.
//
//   node bench/decode.mjs [--rounds 3]
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromSources, node24, root } from '../scripts/run-node.mjs';
import { measure } from './support/measure.mjs';
import { measureAsJob } from './support/measure-as-job.mjs';
import { pythonEnvironment } from './support/python-environment.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const SHAPE = ['64', '64', '3'];
const python = await pythonEnvironment(join(root, 'bench', 'requirements-lm-eval.txt'));
const support = (name) => join(root, 'bench', 'support', name);
const run = (name, ...args) => measure(node24, [...fromSources, support(name), ...args], { cwd: root });
const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
try {
  const demo = await imported('demo', join(root, 'packages/models/demo/model'));
  await compare('demo model, float32', demo);
  const small = join(folder, 'demo-4');
  await mkdir(small);
  await run('rtn-folder.mjs', demo, small, '4', '32');
  await compare('demo model, 4 bits', small);
  const checkpoint = join(folder, 'checkpoint');
  await measure(python, [support('llama_checkpoint.py'), checkpoint, '768', '2048', '12', '12', '32000']);
  await measure(python, [support('bpe_tokenizer.py'), checkpoint, '32000', join(root, 'README.md')]);
  await compare('134 M weights, float32', await imported('large', checkpoint));
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function imported(name, checkpoint) {
  const model = join(folder, name);
  await mkdir(model);
  await run('import-folder.mjs', checkpoint, model);
  return model;
}

async function compare(name, model) {
  for (const batch of ['1', '8']) {
    const best = { mine: 0, theirs: 0 };
    for (let round = 0; round < Number(values.rounds); round++) {
      best.mine = Math.max(best.mine, await rate(measureAsJob, 'decode-folder.mjs', model, batch));
      best.theirs = Math.max(best.theirs, await rate(run, 'decode-transformers.mjs', model, batch));
    }
    console.log(
      `${name}, batch ${batch}: quantloop ${best.mine.toFixed(1)} tokens/s, transformers.js ` +
        `${best.theirs.toFixed(1)} tokens/s, ${(best.mine / best.theirs).toFixed(2)}× as fast`,
    );
  }
}

async function rate(measured, script, model, batch) {
  const { output } = await measured(script, model, batch, ...SHAPE);
  return Math.max(...JSON.parse(output));
}
