// Quantizes a folder with round-to-nearest, the head too. Arguments: source, target, bits, group size.
import { METHODS, quantizeFolder } from '@quantloop/quantize';

const [source, target, bits, group] = process.argv.slice(2);
const recipe = {
  method: 'rtn',
  bits: Number(bits),
  granularity: { group: Number(group) },
  symmetric: true,
  exclude: [],
  mix: [],
  options: METHODS.rtn.facts.options.parse({ head: true }),
};
await quantizeFolder({ source, target, recipe });
