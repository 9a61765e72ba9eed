import { dirname } from 'node:path';
import { graphOf, serializeModel, withOutputs, type ModelProto } from '@quantloop/onnx';
import type { Tensor } from 'onnxruntime-node';
import { decoderFeeds } from '../decode/forward.ts';
import { float16Bits } from '../decode/float16-tensor.ts';
import type { DecoderSession } from '../session/decoder-session.ts';
import { openGraph } from '../session/open-graph.ts';
import type { Provider } from '../session/providers.ts';

/** Those of the named values that hold NaN or infinity when a decoder reads the tokens. */
export async function probeFinite(options: {
  session: DecoderSession;
  provider: Provider;
  model: ModelProto;
  tokens: readonly number[];
  names: readonly string[];
}): Promise<Set<string>> {
  const { session, provider, model, tokens, names } = options;
  const { file, threads } = session;
  const inference = await openGraph({
    model: serializeModel(withOutputs(model, names)),
    what: file,
    provider,
    arena: false,
    ...(threads === undefined ? {} : { threads }),
    extra: {
      'session.model_external_initializers_file_folder_path': dirname(file),
      'session.intra_op.allow_spinning': '0',
    },
  });
  try {
    const { feeds } = decoderFeeds({ session, rows: [tokens] });
    const inputs = new Set(graphOf(model).input.map(({ name }) => name));
    const known = Object.fromEntries(Object.entries(feeds).filter(([name]) => inputs.has(name)));
    const outputs = await inference.run(known);
    return new Set(names.filter((name) => !isFinite(outputs[name] as Tensor)));
  } finally {
    await inference.release();
  }
}

/** What is no floating point number is finite. */
function isFinite(tensor: Tensor): boolean {
  if (tensor.type === 'float16') return float16Bits(tensor).every((bits) => (bits & 0x7c00) !== 0x7c00);
  if (tensor.type !== 'float32' && tensor.type !== 'float64') return true;
  return (tensor.data as Float32Array).every((value) => Number.isFinite(value));
}
