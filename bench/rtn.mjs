// Rounding to nearest of 1.06 billion float32 weights (4.2 GB, written here) at 4 and 8 bits in groups of 32: ONNX
// Runtime's MatMulNBitsQuantizer in Python and quantloop one after the other. Prints seconds and peak memory of the
// whole processes, and ratios. Needs 11 GB of disk.
//
//   node bench/rtn.mjs [--layers 16]
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fromSources, node24, root } from '../scripts/run-node.mjs';
import { measure } from './support/measure.mjs';
import { measureAsJob } from './support/measure-as-job.mjs';
import { pythonEnvironment } from './support/python-environment.mjs';

const { values } = parseArgs({ options: { layers: { type: 'string', default: '16' } } });
const GROUP = '32';

const python = await pythonEnvironment(join(root, 'bench', 'requirements-rtn.txt'));
const support = (name) => join(root, 'bench', 'support', name);
const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
try {
  // Jobs find their code compiled from the second on, as Python's is when it is installed. Just large enough for threads.
  const small = await write('small', '0', '17000');
  await measureAsJob('rtn-folder.mjs', small.model, join(folder, 'first'), '4', GROUP);

  const { model, weights } = await write('model', values.layers, '42000');
  console.log(`${(weights / 1e9).toFixed(2)} G weights in float32`);
  for (const bits of ['4', '8']) {
    const peer = await run(`ONNX Runtime ${bits} bits`, (target) =>
      measure(python, [
        support('rtn_peer.py'),
        join(model, 'model.onnx'),
        join(target, 'model.onnx'),
        bits,
        GROUP,
      ]),
    );
    const mine = await run(`quantloop ${bits} bits`, (target) =>
      measureAsJob('rtn-folder.mjs', model, target, bits, GROUP),
    );
    console.log(
      `${(peer.seconds / mine.seconds).toFixed(1)}× as fast, ${(peer.peak / mine.peak).toFixed(1)}× less memory`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** A model of so many layers beside its head. */
async function write(name, layers, vocabulary) {
  const model = join(folder, name);
  await mkdir(model);
  const sizes = ['2048', '8192', '512', layers, vocabulary];
  const { output } = await measure(node24, [...fromSources, support('linears-folder.mjs'), model, ...sizes]);
  return { model, weights: Number(output) };
}

async function run(name, quantize) {
  const target = join(folder, 'quantized');
  await mkdir(target);
  const { seconds, peak } = await quantize(target);
  await rm(target, { recursive: true, force: true });
  console.log(`${name.padEnd(22)} ${seconds.toFixed(1)} s   peak ${Math.round(peak / 2 ** 20)} MiB`);
  return { seconds, peak };
}
