import type { ModelProto, TensorReader } from '@quantloop/onnx';
import { applyScale } from './apply-scale.ts';
import { ScaledReader } from './scaled-reader.ts';
import { Scalings } from '../weights/scaling.ts';
import type { Station } from './station.ts';

/**
 * Rescales the inputs of linear layers without changing what the model computes: the weights of each station are
 * multiplied by its scale, input by input, and the input is divided by it. Edits the graph, and returns a reader that
 * gives its constants as they have become, with what it multiplies them by; the file stays as it is.
 *
 * @param options.model not edited since it was read but for constants made initializers
 * @param options.file path of the model: external data is looked up beside it
 * @param options.scales for stations of this model [k] each: positive, and equal where channels are tied
 */
export function equalizeModel(options: {
  model: ModelProto;
  file: string;
  scales: ReadonlyMap<Station, Float64Array>;
}): { reader: TensorReader; scalings: Scalings } {
  const { model, file, scales } = options;
  const scalings = new Scalings();
  for (const [station, scale] of scales) applyScale({ model, station, scale, scalings });
  return { reader: new ScaledReader({ model, file, scalings }), scalings };
}
