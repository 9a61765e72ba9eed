import { float32ToFloat16 } from '@quantloop/onnx';
import { allocateParts } from '../../pack/allocate-parts.ts';
import { blocksPerChannel, kernelBits, matMulNBits, zeroPointBytes } from '../../pack/matmul-nbits.ts';
import { packCodes } from '../../pack/pack-codes.ts';
import type { PackedWeight } from '../../pack/packed-weight.ts';
import type { NBitsStorage } from '../../pack/storage.ts';
import { fitSpan, type Grid } from '../../round/fit-span.ts';
import { fitTensor } from '../../round/fit-tensor.ts';
import { rowOf } from '../../round/range-of.ts';
import { errorOf, errorSums, roundSpan } from '../../round/round-span.ts';
import { refuseNonFinite } from '../../weights/refuse-non-finite.ts';
import type { WeightSource } from '../../weights/weight-source.ts';

/** Every weight to its nearest code, packed for MatMulNBits. `asymmetric` goes with zero points, and only with them. */
export async function roundToNBits(
  weight: WeightSource,
  storage: NBitsStorage,
  options: Pick<Grid, 'range' | 'clip'>,
): Promise<PackedWeight> {
  const { k, n, bits, blockSize, scaleType } = storage;
  const blocks = blocksPerChannel(storage);
  const parts = allocateParts(matMulNBits.parts(storage));
  const [packed, scaleBytes, zeroPoints] = parts.map((part) => part.data);
  const channelBytes = (blocks * blockSize * bits) / 8;
  const scales =
    scaleType === 'float32' ? new Float32Array(scaleBytes!.buffer) : new Float32Array(n * blocks);
  // Padding keeps code 0; zero points of a channel fill whole bytes.
  const codes = new Uint8Array(blocks * blockSize);
  const zeroBits = kernelBits(bits);
  const zeros = new Uint8Array((zeroPointBytes(storage) * 8) / zeroBits);
  const sink = { bits, codes, sums: errorSums() };
  const grid = { bits, scaleType, ...options };
  const spanSize = storage.scalePer === 'block' ? blockSize : k;
  const shared = storage.scalePer === 'tensor' ? await fitTensor(weight, grid) : undefined;

  for await (const panel of weight.panels()) {
    const row = rowOf(panel.data);
    for (let c = 0; c < panel.count; c++) {
      const channel = panel.first + c;
      const offset = c * k;
      for (let start = 0; start < k; start += spanSize) {
        const end = Math.min(start + spanSize, k);
        const span = shared ?? fitSpan(row, offset + start, offset + end, grid);
        roundSpan(panel.data, offset + start, offset + end, span, sink, start);
        for (let block = Math.floor(start / blockSize); block * blockSize < end; block++) {
          scales[channel * blocks + block] = span.scale;
          zeros[block] = span.zero;
        }
      }
      packCodes(codes, bits, packed!, channel * channelBytes);
      if (zeroPoints !== undefined) {
        packCodes(zeros, zeroBits, zeroPoints, channel * zeroPointBytes(storage));
      }
    }
    if (!Number.isFinite(sink.sums[0])) refuseNonFinite(weight.name, k, panel);
  }
  if (scaleType === 'float16') float32ToFloat16(scales, new Uint16Array(scaleBytes!.buffer));
  return { parts, error: errorOf(sink.sums) };
}
