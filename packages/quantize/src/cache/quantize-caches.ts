import {
  addInitializer,
  makeNode,
  makeTensor,
  ONNX_TYPES,
  uniqueName,
  type ModelProto,
  type ValueInfoProto,
} from '@quantloop/onnx';
import type { Cache } from './find-caches.ts';

/** Place of the scale of keys among the inputs of GroupQueryAttention; that of values comes next. */
const SCALES = 12;

/**
 * Lets attention store keys and values as int8, symmetric, with one scale for each channel of each head:
 * `magnitudes / 127`. What is larger than calibration saw takes the last code.
 */
export function quantizeCaches(
  model: ModelProto,
  caches: readonly Cache[],
  magnitudes: readonly Float32Array[],
): void {
  for (const [index, { node, part, past, present, heads, width }] of caches.entries()) {
    const name = uniqueName(model, `${present.name}.scale`);
    // A channel that was always 0 needs a scale as well.
    const data = magnitudes[index]!.map((largest) => (largest === 0 ? 1 : largest / 127));
    addInitializer(model, makeTensor({ name, type: 'float32', dims: [1, heads, 1, width], data }));
    while (node.input.length < SCALES + 2) node.input.push('');
    node.input[SCALES + (part === 'key' ? 0 : 1)] = name;
    for (const value of [past, present]) becomeInt8(value);
    const attributes = { [part === 'key' ? 'k_quant_type' : 'v_quant_type']: 'PER_CHANNEL' };
    if (part === 'key') Object.assign(attributes, { kv_cache_bit_width: 8 });
    node.attribute.push(...makeNode({ op: '', inputs: [], outputs: [], attributes }).attribute);
  }
}

function becomeInt8({ type }: ValueInfoProto): void {
  if (type?.value.case === 'tensorType') type.value.value.elemType = ONNX_TYPES.int8.code;
}
