// Quantizes a folder with GPTQ: 4 bits, symmetric, groups of 128, the head left alone. Arguments: source, target, file of
// token sequences, and `none` or `mse`: what spans the grid of a group.
import { readFileSync } from 'node:fs';
import { METHODS, quantizeFolder } from '@quantloop/quantize';

const [source, target, file, clip] = process.argv.slice(2);
const { calibration: sequences } = JSON.parse(readFileSync(file, 'utf8'));
const { facts } = METHODS.gptq;
// Exact activations, as the peer computes them: the weights are the same at any level.
const options = facts.options.parse({ accuracyLevel: 0, clip });
const recipe = {
  method: 'gptq',
  bits: 4,
  granularity: { group: 128 },
  symmetric: true,
  exclude: [],
  mix: [],
  options,
};
const started = performance.now();
await quantizeFolder({ source, target, recipe, calibration: { sequences } });
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000 }));
