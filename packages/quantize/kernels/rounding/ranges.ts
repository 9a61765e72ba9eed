/**
 * Smallest and largest of 0 and the weights of each span of each channel: float32 [count, spans, 2]. The smallest of none
 * below 0 is −0, so that a scale of 0 comes out as +0.
 */
export function ranges(data: usize, k: usize, count: usize, span: usize, out: usize): void {
  for (let channel: usize = 0; channel < count; channel++) {
    for (let start: usize = 0; start < k; start += span, out += 8) {
      const size = min(span, k - start);
      range(data + (start << 2), size, out);
    }
    data += k << 2;
  }
}

function range(data: usize, size: usize, out: usize): void {
  let lows = f32x4.splat(0);
  let highs = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 4 <= size; i += 4) {
    const weights = v128.load(data + (i << 2));
    lows = f32x4.pmin(lows, weights);
    highs = f32x4.pmax(highs, weights);
  }
  for (; i < size; i++) {
    const weight = v128.load32_splat(data + (i << 2));
    lows = f32x4.pmin(lows, weight);
    highs = f32x4.pmax(highs, weight);
  }
  lows = f32x4.pmin(lows, i64x2.shuffle(lows, lows, 1, 0));
  highs = f32x4.pmax(highs, i64x2.shuffle(highs, highs, 1, 0));
  lows = f32x4.pmin(lows, i32x4.shuffle(lows, lows, 1, 0, 3, 2));
  highs = f32x4.pmax(highs, i32x4.shuffle(highs, highs, 1, 0, 3, 2));
  store<f32>(out, -abs(f32x4.extract_lane(lows, 0)));
  store<f32>(out + 4, abs(f32x4.extract_lane(highs, 0)));
}
