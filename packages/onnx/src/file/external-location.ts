import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { resolveInside } from '@quantloop/untrusted';
import type { TensorProto } from './generated/onnx_pb.ts';
import { corruptModel } from './corrupt-model.ts';

/** `TensorProto.data_location`: the bytes are in another file. */
export const EXTERNAL = 1;

export interface ExternalEntry {
  location: string;
  offset: number;
  /** Absent when the file says nothing: the size follows from type and shape. */
  length: number | undefined;
}

/** The external data entries of a tensor, or undefined for one that is stored inside the model. */
export function externalEntry(tensor: TensorProto, file: string): ExternalEntry | undefined {
  if (tensor.dataLocation !== EXTERNAL) return undefined;
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location');
  if (location === undefined || location === '') {
    throw corruptModel({ file, tensor: tensor.name, problem: 'external data without a location' });
  }
  const integer = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    throw corruptModel({
      file,
      tensor: tensor.name,
      problem: `external data ${key} "${text}" is not a byte count`,
    });
  };
  return { location, offset: integer('offset') ?? 0, length: integer('length') };
}

/** Where an external location lies on disk, links resolved. It must stay inside the model's folder. */
export async function resolveExternal(options: {
  file: string;
  location: string;
  tensor: string;
}): Promise<{ path: string; size: number }> {
  const { file, location, tensor } = options;
  const refuse = (problem: string, cause?: unknown) =>
    corruptModel({
      file,
      tensor,
      problem: `external data "${location}" ${problem}`,
      hint: 'Keep the external data in the folder of the model, and export it again if it was lost.',
      cause,
    });
  if (/^([/\\]|[a-z]:)/i.test(location)) throw refuse('is an absolute path');
  if (location.split(/[/\\]/).includes('..')) throw refuse('leaves the folder of the model');
  if (location.includes('\0')) throw refuse('is not a file name');
  const place = { folder: dirname(file), path: location, code: 'model-corrupt' as const };
  const path = await resolveInside(place).catch((cause: unknown) => {
    throw cause instanceof QuantloopError
      ? refuse('is a link that leaves the folder of the model', cause)
      : refuse('cannot be found', cause);
  });
  const facts = await stat(path);
  if (!facts.isFile()) throw refuse('is not a regular file');
  return { path, size: facts.size };
}
