/** Channels worked on together, in four registers. A row of channels is a multiple of them. */
const LANES: usize = 8;

/**
 * Rounds rows `first … last` (inputs) of a tile [rows, channels] one after the other, and takes what each error is worth
 * from all rows that follow it: row j becomes row j − Σ U[i, j] · error[i] over the rows i before it. In double
 * precision, i ascending, so that each sum is that of the plain algorithm.
 *
 * @param upper float64 [rows, rows], the part of U on the diagonal
 * @param tile float64 [rows, channels]; rows from `last` on are corrected in place
 * @param errors float64 [rows, channels]: (w − q) / U[i, i] of the rows that are rounded
 * @param scales float32 [rows, channels], and `zeros` uint8: the grid of each weight
 * @param top largest code
 * @param codes uint8 [rows, channels]
 */
export function compensate(
  upper: usize,
  rows: usize,
  tile: usize,
  channels: usize,
  first: usize,
  last: usize,
  scales: usize,
  zeros: usize,
  top: i32,
  codes: usize,
  errors: usize,
): void {
  const stride = channels << 3;
  for (let c: usize = 0; c < channels; c += LANES) {
    for (let j = first; j < rows; j++) {
      const at = j * channels + c;
      const place = tile + (at << 3);
      let w0 = v128.load(place);
      let w1 = v128.load(place, 16);
      let w2 = v128.load(place, 32);
      let w3 = v128.load(place, 48);
      let factor = upper + ((first * rows + j) << 3);
      let error = errors + ((first * channels + c) << 3);
      const before = min(j, last);
      for (let i = first; i < before; i++, factor += rows << 3, error += stride) {
        const u = v128.load64_splat(factor);
        w0 = f64x2.sub(w0, f64x2.mul(u, v128.load(error)));
        w1 = f64x2.sub(w1, f64x2.mul(u, v128.load(error, 16)));
        w2 = f64x2.sub(w2, f64x2.mul(u, v128.load(error, 32)));
        w3 = f64x2.sub(w3, f64x2.mul(u, v128.load(error, 48)));
      }
      if (j >= last) {
        v128.store(place, w0);
        v128.store(place, w1, 16);
        v128.store(place, w2, 32);
        v128.store(place, w3, 48);
        continue;
      }
      const pivot = v128.load64_splat(upper + ((j * rows + j) << 3));
      const to = errors + (at << 3);
      const zero = i16x8.extend_low_i8x16_u(v128.load64_zero(zeros + at));
      const low = i32x4.extend_low_i16x8_u(zero);
      const high = i32x4.extend_high_i16x8_u(zero);
      const steps = scales + (at << 2);
      const a = round(w0, load2(steps), f64x2.convert_low_i32x4_u(low), top, pivot, to);
      const b = round(w1, load2(steps + 8), f64x2.convert_low_i32x4_u(upperHalf(low)), top, pivot, to + 16);
      const d = round(w2, load2(steps + 16), f64x2.convert_low_i32x4_u(high), top, pivot, to + 32);
      const e = round(w3, load2(steps + 24), f64x2.convert_low_i32x4_u(upperHalf(high)), top, pivot, to + 48);
      const words = i16x8.narrow_i32x4_u(i64x2.shuffle(a, b, 0, 2), i64x2.shuffle(d, e, 0, 2));
      v128.store64_lane(codes + at, i8x16.narrow_i16x8_u(words, words), 0);
    }
  }
}

/** Codes of two weights as the low lanes of an i32x4; stores (w − q) / pivot. */
function round(weights: v128, scales: v128, zeros: v128, top: i32, pivot: v128, error: usize): v128 {
  const none = f64x2.splat(0);
  const steps = f64x2.nearest(f64x2.div(weights, scales));
  // Where the scale is 0 so were the weights.
  const whole = v128.andnot(steps, f64x2.eq(scales, none));
  const lowest = f64x2.neg(zeros);
  const highest = f64x2.sub(f64x2.splat(f64(top)), zeros);
  const inside = f64x2.pmin(highest, f64x2.pmax(lowest, whole));
  const back = f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(f64x2.mul(inside, scales)));
  v128.store(error, f64x2.div(f64x2.sub(weights, back), pivot));
  return i32x4.trunc_sat_f64x2_u_zero(f64x2.add(inside, zeros));
}

function load2(scales: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(scales));
}

function upperHalf(lanes: v128): v128 {
  return i64x2.shuffle(lanes, lanes, 1, 0);
}
