import { tensorByteLength } from '@quantloop/onnx';
import type { Part, PartShape } from './packed-weight.ts';

/** Zeroed parts of the given shapes. */
export function allocateParts(shapes: readonly PartShape[]): Part[] {
  return shapes.map((shape) => ({
    ...shape,
    data: new Uint8Array(tensorByteLength(shape.type, shape.dims)),
  }));
}

/** Bytes that a weight takes when stored as the given parts. */
export function partsByteLength(shapes: readonly PartShape[]): number {
  return shapes.reduce((sum, shape) => sum + tensorByteLength(shape.type, shape.dims), 0);
}
