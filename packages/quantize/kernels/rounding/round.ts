import { pack } from './pack';

/** Integers are spaced by 1 between 2^23 and 2^24: adding and taking away rounds ties to even, |value| < 2^22. */
const MAGIC: f32 = 1.5 * 8388608;
const MAGIC_BITS: i32 = 0x4b400000;

/** Where the codes of one channel are put together; where the last weights of a channel are filled up with zeros. */
const TAIL = memory.data(16, 16);

/**
 * Rounds the channels of a panel [count, k] to the nearest codes (ties to even) of the grids of their spans, and packs
 * these. `scales` float32 and `zeros` uint8 are [count, spans]. Of each channel `stride` ≥ k codes are packed, those
 * beyond k being 0.
 *
 * @param top largest code
 * @param bits that a code is packed into
 * @param codes room for one channel's, stride + 16 bytes
 * @param out [count, stride · bits / 8]
 * @param sums Σ W², Σ (W − Q)² and max (W − Q)² in double precision, added to in place
 */
export function round(
  data: usize,
  k: usize,
  count: usize,
  span: usize,
  scales: usize,
  zeros: usize,
  top: i32,
  bits: usize,
  codes: usize,
  stride: usize,
  out: usize,
  sums: usize,
): void {
  for (let channel: usize = 0; channel < count; channel++) {
    for (let start: usize = 0; start < k; start += span, scales += 4, zeros++) {
      const size = min(span, k - start);
      roundSpan(data + (start << 2), size, load<f32>(scales), load<u8>(zeros), top, codes + start, sums);
    }
    memory.fill(codes + k, 0, stride - k);
    pack(codes, stride, bits, out);
    data += k << 2;
    out += (stride * bits) >> 3;
  }
}

function roundSpan(
  data: usize,
  size: usize,
  scale: f32,
  zero: i32,
  top: i32,
  codes: usize,
  sums: usize,
): void {
  const scales = f32x4.splat(scale);
  // Where the scale is 0 so are the weights.
  const steps = scale === 0 ? f32x4.splat(1) : scales;
  const lowest = f32x4.splat(f32(-zero));
  const highest = f32x4.splat(f32(top - zero));
  const offset = i32x4.splat(zero - MAGIC_BITS);
  const magic = f32x4.splat(MAGIC);
  const half = f32x4.splat(0.5);
  let squaresLow = f64x2.splat(0);
  let squaresHigh = f64x2.splat(0);
  let errorsLow = f64x2.splat(0);
  let errorsHigh = f64x2.splat(0);
  let largest = f64x2.splat(load<f64>(sums, 16));
  for (let i: usize = 0; i < size; i += 4) {
    let from = data + (i << 2);
    if (i + 4 > size) {
      v128.store(TAIL, i64x2.splat(0));
      memory.copy(TAIL, from, (size - i) << 2);
      from = TAIL;
    }
    const weights = v128.load(from);
    const quotients = f32x4.pmin(highest, f32x4.pmax(lowest, f32x4.div(weights, steps)));
    let shifted = f32x4.add(quotients, magic);
    let whole = f32x4.sub(shifted, magic);
    // A quotient that single precision puts halfway between two codes may lie on either side.
    if (v128.any_true(f32x4.eq(f32x4.abs(f32x4.sub(quotients, whole)), half))) {
      whole = f32x4.pmin(highest, f32x4.pmax(lowest, roundExactly(weights, steps)));
      shifted = f32x4.add(whole, magic);
    }
    const code = i32x4.add(shifted, offset);
    v128.store32_lane(
      codes + i,
      i8x16.shuffle(code, code, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12),
      0,
    );

    const back = f32x4.mul(whole, scales);
    const low = f64x2.promote_low_f32x4(weights);
    const high = f64x2.promote_low_f32x4(i64x2.shuffle(weights, weights, 1, 0));
    squaresLow = f64x2.add(squaresLow, f64x2.mul(low, low));
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(high, high));
    const offLow = f64x2.sub(low, f64x2.promote_low_f32x4(back));
    const offHigh = f64x2.sub(high, f64x2.promote_low_f32x4(i64x2.shuffle(back, back, 1, 0)));
    const errorLow = f64x2.mul(offLow, offLow);
    const errorHigh = f64x2.mul(offHigh, offHigh);
    errorsLow = f64x2.add(errorsLow, errorLow);
    errorsHigh = f64x2.add(errorsHigh, errorHigh);
    largest = f64x2.pmax(largest, f64x2.pmax(errorLow, errorHigh));
  }
  store<f64>(sums, load<f64>(sums) + total(f64x2.add(squaresLow, squaresHigh)));
  store<f64>(sums, load<f64>(sums, 8) + total(f64x2.add(errorsLow, errorsHigh)), 8);
  store<f64>(sums, max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)), 16);
}

/** Quotients of float32 numbers in double precision, rounded to the nearest integer, ties to even. */
function roundExactly(weights: v128, steps: v128): v128 {
  const step = f64x2.promote_low_f32x4(steps);
  const low = f64x2.nearest(f64x2.div(f64x2.promote_low_f32x4(weights), step));
  const high = f64x2.nearest(f64x2.div(f64x2.promote_low_f32x4(i64x2.shuffle(weights, weights, 1, 0)), step));
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

function total(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
