// GPTQ of a Llama of 134 million random weights, 32 × 512 calibration tokens: llm-compressor and quantloop one after the
// other, this with grids over the whole range of a group, as the peer has them, and with those of the least squared error.
// Prints seconds, peak memory and the error of the logits, and ratios.
//
//   node bench/gptq.mjs [--layers 12] [--samples 32]      the whole comparison
//   node bench/gptq.mjs --curve                           quantloop's peak memory by layers and by samples, no peer
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromSources, node24, root } from '../scripts/run-node.mjs';
import { measure } from './support/measure.mjs';
import { measureAsJob } from './support/measure-as-job.mjs';
import { pythonEnvironment } from './support/python-environment.mjs';

const { values } = parseArgs({
  options: {
    layers: { type: 'string', default: '12' },
    samples: { type: 'string', default: '32' },
    curve: { type: 'boolean', default: false },
  },
});
const VOCABULARY = 32000;
const TOKENS = 512;

const python = await pythonEnvironment(join(root, 'bench', 'requirements-gptq.txt'));
const support = (name) => join(root, 'bench', 'support', name);
const ours = (name, ...args) => measure(node24, [...fromSources, support(name), ...args], { cwd: root });
const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
try {
  if (values.curve) await printCurve();
  else await printComparison();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function printComparison() {
  const model = await prepare(Number(values.layers), Number(values.samples));
  console.log(`${model.weights / 1e6} M weights, ${values.samples} × ${TOKENS} calibration tokens`);
  const peer = await measure(python, [support('gptq_peer.py'), model.checkpoint, model.sequences]);
  const { seconds, error } = JSON.parse(peer.output.trim().split('\n').at(-1));
  print('llm-compressor 0.14', { seconds, peak: peer.peak, error });
  for (const clip of ['none', 'mse']) {
    const mine = await quantize(model, clip);
    print(`quantloop, clip: ${clip}`, mine);
    console.log(
      `${(seconds / mine.seconds).toFixed(1)}× as fast, ${(peer.peak / mine.peak).toFixed(1)}× less memory, ` +
        `${(mine.error / error).toFixed(3)} of its error`,
    );
  }
}

async function printCurve() {
  for (const [layers, samples] of [
    [4, 32],
    [12, 32],
    [24, 32],
    [12, 8],
    [12, 128],
  ]) {
    const { seconds, peak } = await quantize(await prepare(layers, samples), 'none');
    console.log(
      `${layers} layers, ${samples} samples: ${seconds.toFixed(1)} s, peak ${Math.round(peak / 2 ** 20)} MiB`,
    );
  }
}

/** A checkpoint, its import, and token sequences. */
async function prepare(layers, samples) {
  const checkpoint = join(folder, `checkpoint-${layers}-${samples}`);
  const source = join(folder, `model-${layers}-${samples}`);
  const sizes = [768, 2048, layers, 12, VOCABULARY].map(String);
  const { output } = await measure(python, [support('llama_checkpoint.py'), checkpoint, ...sizes]);
  // An import asks for a tokenizer; none of its tokens are used.
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    await copyFile(join(root, 'packages/models/demo/model', name), join(checkpoint, name));
  await mkdir(source);
  await ours('import-folder.mjs', checkpoint, source);
  const sequences = join(folder, 'sequences.json');
  const random = uniform(1);
  const rows = (count) =>
    Array.from({ length: count }, () =>
      // Squared: some tokens come up more often than others, as in text.
      Array.from({ length: TOKENS }, () => Math.floor(VOCABULARY * random() ** 2)),
    );
  await writeFile(sequences, JSON.stringify({ calibration: rows(samples), heldOut: rows(2) }));
  return { checkpoint, source, sequences, weights: Number(output) };
}

async function quantize({ source, sequences }, clip) {
  const target = join(folder, 'quantized');
  await rm(target, { recursive: true, force: true });
  const { output, peak } = await measureAsJob('gptq-folder.mjs', source, target, sequences, clip);
  const { seconds } = JSON.parse(output);
  const error = Number((await ours('logits-error.mjs', source, target, sequences)).output);
  return { seconds, peak, error };
}

function print(name, { seconds, peak, error }) {
  console.log(
    `${name.padEnd(22)} ${seconds.toFixed(1)} s   peak ${Math.round(peak / 2 ** 20)} MiB   error of the logits ${error.toFixed(4)}`,
  );
}

/** Deterministic numbers in [0, 1). */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 8) + 0.5) / 2 ** 24;
  };
}
