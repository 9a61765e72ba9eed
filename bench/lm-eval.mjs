// Likelihood tasks on stories260k and on a Llama of 134 million random weights: lm-evaluation-harness with Hugging Face
// transformers, and quantloop, one after the other on the same documents. The harness is timed without loading, at its
// default batch (1) and at the fastest of several; quantloop with its process's start and loading. Prints seconds,
// ratios, the peak memory of the process that scores beside the weights, and how far the scores are apart.
//
//   node bench/lm-eval.mjs [--shared ../shared] [--limit 100] [--large-limit 24]
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fromSources, node24, root } from '../scripts/run-node.mjs';
import { measure } from './support/measure.mjs';
import { pythonEnvironment } from './support/python-environment.mjs';

const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: join(root, '..', 'shared') },
    limit: { type: 'string', default: '100' },
    'large-limit': { type: 'string', default: '24' },
  },
});
const data = resolve(values.shared, 'data');
if (!existsSync(join(data, 'tasks'))) {
  console.error(`the tasks are not under ${data}; name the folder with --shared.`);
  process.exit(2);
}
const TASKS = [
  'hellaswag_1000',
  'arc_easy_val',
  'sciq_val',
  'winogrande_val',
  'openbookqa_val',
  'lambada_openai_local',
  'tinystories_rolling',
];
const BATCHES = ['1', '8', '32'];

const python = await pythonEnvironment(join(root, 'bench', 'requirements-lm-eval.txt'));
const support = (name) => join(root, 'bench', 'support', name);
const ours = (name, ...args) => measure(node24, [...fromSources, support(name), ...args], { cwd: root });
const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
try {
  await compare('stories260k', join(data, 'models', 'stories260k'), values.limit);
  await compare('134 M weights', await largeCheckpoint(), values['large-limit']);
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Random weights behind a tokenizer trained on the tasks' own texts, so that questions have lengths of real ones. */
async function largeCheckpoint() {
  const checkpoint = join(folder, 'checkpoint');
  const texts = (await readdir(join(data, 'eval'))).filter((name) => name.endsWith('.jsonl'));
  await measure(python, [support('llama_checkpoint.py'), checkpoint, '768', '2048', '12', '12', '32000']);
  const files = texts.map((name) => join(data, 'eval', name));
  await measure(python, [support('bpe_tokenizer.py'), checkpoint, '32000', ...files]);
  return checkpoint;
}

async function compare(name, checkpoint, limit) {
  const model = join(folder, 'model');
  await rm(model, { recursive: true, force: true });
  await mkdir(model);
  await ours('import-folder.mjs', checkpoint, model);
  const { size: weights } = await stat(join(model, 'model.onnx_data'));
  const { output, childPeak } = await ours(
    'evaluate-folder.mjs',
    model,
    join(folder, 'store'),
    data,
    limit,
    ...TASKS,
  );
  const mine = JSON.parse(output);
  console.log(`${name}, ${limit} documents of each of ${TASKS.length} tasks`);
  const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
  console.log(
    `  quantloop        ${mine.seconds.toFixed(1)} s   peak of the scoring process ${megabytes(childPeak)}, ` +
      `weights ${megabytes(weights)}, difference ${megabytes(childPeak - weights)}`,
  );
  for (const batch of BATCHES) {
    const peer = await measure(python, [
      support('lm_eval_peer.py'),
      checkpoint,
      data,
      batch,
      limit,
      ...TASKS,
    ]);
    const theirs = JSON.parse(peer.output.trim().split('\n').at(-1));
    const ratio = (total(theirs) / mine.seconds).toFixed(1);
    console.log(
      `  lm-eval batch ${batch.padEnd(3)}${total(theirs).toFixed(1)} s   peak ${megabytes(peer.peak)}   ` +
        `${ratio}× as fast   scores differ by at most ${difference(mine, theirs).toExponential(1)}`,
    );
  }
}

function total(results) {
  return Object.values(results).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** Relative for perplexities, which are large here. */
function difference(mine, theirs) {
  const apart = Object.entries(mine.metrics).flatMap(([name, { value }]) => {
    const task = TASKS.find((known) => name.startsWith(`${known}.`));
    const theirValue = theirs[task]?.scores[`${name.slice(task.length + 1)},none`];
    return theirValue === undefined ? [] : [Math.abs(value - theirValue) / Math.max(1, theirValue)];
  });
  return Math.max(...apart);
}
