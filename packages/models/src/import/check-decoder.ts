import { QuantloopError } from '@quantloop/core';
import { type ModelProto, ONNX_TYPES, type ValueInfoProto, graphOf } from '@quantloop/onnx';

const REQUIRED_INPUTS = ['input_ids', 'attention_mask'];
const OPTIONAL_INPUTS = ['position_ids', 'num_logits_to_keep'];
/** `int8` is that of models whose cache quantloop quantized. */
const CACHE_TYPES: readonly number[] = [
  ONNX_TYPES.float32.code,
  ONNX_TYPES.float16.code,
  ONNX_TYPES.int8.code,
];

/**
 * Checks that a ready ONNX model is a decoder with KV cache whose inputs and outputs are named as optimum names them.
 *
 * @throws QuantloopError `unsupported`, naming the inputs and outputs at fault
 */
export function checkDecoder(model: ModelProto, file: string): void {
  const graph = graphOf(model);
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const inputs = new Map(
    graph.input.filter(({ name }) => !initializers.has(name)).map((value) => [value.name, value]),
  );
  const outputs = new Set(graph.output.map(({ name }) => name));
  const layers = [...inputs.keys()].filter((name) => /^past_key_values\.\d+\.key$/.test(name)).length;
  const indices = Array.from({ length: Math.max(1, layers) }, (_, layer) => layer);
  const pairs = (prefix: string) =>
    indices.flatMap((layer) => [`${prefix}.${layer}.key`, `${prefix}.${layer}.value`]);
  const cache = pairs('past_key_values');

  const missing = [
    ...[...REQUIRED_INPUTS, ...cache].filter((name) => !inputs.has(name)).map((name) => `input ${name}`),
    ...['logits', ...pairs('present')].filter((name) => !outputs.has(name)).map((name) => `output ${name}`),
  ];
  const known = new Set([...REQUIRED_INPUTS, ...OPTIONAL_INPUTS, ...cache]);
  const unknown = [...inputs.keys()].filter((name) => !known.has(name)).map((name) => `input ${name}`);
  const mistyped = [
    ...REQUIRED_INPUTS.filter(
      (name) => inputs.has(name) && elementType(inputs.get(name)!) !== ONNX_TYPES.int64.code,
    ),
    ...cache.filter((name) => inputs.has(name) && !CACHE_TYPES.includes(elementType(inputs.get(name)!))),
  ].map((name) => `input ${name}`);
  if (inputs.has('use_cache_branch')) {
    throw new QuantloopError({
      code: 'unsupported',
      message: `${file} is a merged decoder of older exporters: its input use_cache_branch chooses between two models.`,
      hint: 'Export again with Optimum 1.14 or later (task text-generation-with-past), which makes one of them.',
    });
  }
  const problems = [
    ...(missing.length > 0 ? [`missing ${missing.slice(0, 6).join(', ')}`] : []),
    ...(unknown.length > 0 ? [`unknown ${unknown.slice(0, 6).join(', ')}`] : []),
    ...(mistyped.length > 0 ? [`of another type ${mistyped.slice(0, 6).join(', ')}`] : []),
  ];
  if (problems.length === 0) return;
  throw new QuantloopError({
    code: 'unsupported',
    message: `${file} is no decoder that can be run: ${problems.join('; ')}.`,
    hint: 'Export with optimum (task text-generation-with-past), or give the original safetensors checkpoint.',
  });
}

/**
 * Whether a model reads tokens and neither takes nor gives a cache: an encoder, which can be quantized but not
 * generate.
 */
export function isEncoder(model: ModelProto): boolean {
  const { input, output } = graphOf(model);
  const names = [...input, ...output].map(({ name }) => name);
  return (
    names.includes('input_ids') &&
    !names.some((name) => /^(past_key_values|present)\.|^use_cache_branch$/.test(name))
  );
}

function elementType(value: ValueInfoProto): number {
  const { value: type } = value.type ?? {};
  return type?.case === 'tensorType' ? type.value.elemType : 0;
}
