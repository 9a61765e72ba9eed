import type { Comparison, Estimate, Measurement } from '../board/measurement.ts';

/**
 * Two measurements that were not taken side by side: of two runs, or two nights. Where both were compared with a baseline
 * in their own session, those ratios are compared, so that what differs between the sessions, such as the machine's
 * clock, cancels. The measurements are taken for independent: half widths add in squares, of ratios on their logarithms.
 */
export function compareAcross(after: Measurement, before: Measurement): Comparison {
  const [own, other] = [after.versusBaseline?.ratio, before.versusBaseline?.ratio];
  const relative = own !== undefined && other !== undefined && own.value > 0 && other.value > 0;
  const ratio = ratioOf(relative ? own : after, relative ? other : before);
  return {
    difference: {
      value: after.value - before.value,
      low: after.value - before.value - hypotenuse(after.value - after.low, before.high - before.value),
      high: after.value - before.value + hypotenuse(after.high - after.value, before.value - before.low),
    },
    ratio,
    pairs: 0,
    test: relative ? 'ratio-of-ratios' : 'unpaired-intervals',
  };
}

const hypotenuse = (a: number, b: number) => Math.hypot(a, b);

function ratioOf(after: Estimate, before: Estimate): Estimate {
  const value = after.value / before.value;
  // Without positive bounds there is no logarithm: the widest ratio there can be.
  if (!(after.low > 0 && before.low > 0)) {
    return { value, low: after.low / before.high, high: after.high / before.low };
  }
  const spread = (up: number, down: number) => Math.exp(Math.hypot(Math.log(up), Math.log(down)));
  return {
    value,
    low: value / spread(after.value / after.low, before.high / before.value),
    high: value * spread(after.high / after.value, before.value / before.low),
  };
}
