import type { PlotAxis } from './plot-axis.ts';

/** A value in the axis's unit; seven digits are more than any screen resolves. */
export const shownValue = (value: number, { factor }: PlotAxis): number =>
  Number((value * factor).toPrecision(7));
