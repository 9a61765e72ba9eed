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
import { pythonEnvironment } from './support/python-environment.mjs';

const { values } = parseArgs({ options: { layers: { type: 'string', default: '16' } } });
const GROUP = '32';

const python = await pythonEnvironment(join(root, 'bench', 'requirements-rtn.txt'));
const support = (name) => join(root, 'bench', 'support', name);
const folder = await mkdtemp(join(tmpdir(), 'quantloop-bench-'));
try {
  const source = join(folder, 'model');
  await mkdir(source);
  const sizes = ['2048', '8192', '512', values.layers, '42000'];
  const { output } = await measure(node24, [...fromSources, support('linears-folder.mjs'), source, ...sizes]);
  console.log(`${(Number(output) / 1e9).toFixed(2)} G weights in float32`);
  for (const bits of ['4', '8']) {
    const peer = await run(`ONNX Runtime ${bits} bits`, python, [support('rtn_peer.py')], source, bits);
    const mine = await run(
      `quantloop ${bits} bits`,
      node24,
      [...fromSources, support('rtn-folder.mjs')],
      source,
      bits,
    );
    console.log(
      `${(peer.seconds / mine.seconds).toFixed(1)}× as fast, ${(peer.peak / mine.peak).toFixed(1)}× less memory`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function run(name, program, script, source, bits) {
  const target = join(folder, 'quantized');
  await mkdir(target);
  const model = program === python ? join(source, 'model.onnx') : source;
  const place = program === python ? join(target, 'model.onnx') : target;
  const { seconds, peak } = await measure(program, [...script, model, place, bits, GROUP], { cwd: root });
  await rm(target, { recursive: true, force: true });
  console.log(`${name.padEnd(22)} ${seconds.toFixed(1)} s   peak ${Math.round(peak / 2 ** 20)} MiB`);
  return { seconds, peak };
}
