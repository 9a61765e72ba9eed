import type { MatMulNode } from '../graph/find-mat-muls.ts';
import { transpose } from '../types/transpose.ts';
import type { TensorReader } from './tensor-reader.ts';

/** The weight of a matrix product as float32, always [k, n] row-major, however it is stored. */
export async function readWeight(
  reader: TensorReader,
  matMul: MatMulNode,
): Promise<Float32Array<ArrayBuffer>> {
  const stored = await reader.readFloat32(matMul.weight);
  return matMul.transposed ? transpose(stored, matMul.n, matMul.k) : stored;
}
