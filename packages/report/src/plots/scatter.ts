import type { Estimate } from '@quantloop/core';
import type { PlotAxis } from './plot-axis.ts';

export type PointRole = 'baseline' | 'winner' | 'front' | 'dominated';

/** A trial as a point; estimates in the metrics' own units. */
export interface ScatterPoint {
  label: string;
  /** Id. */
  trial: string;
  /** Index into the campaign's methods; -1 for the baseline. */
  method: number;
  bits: number | null;
  role: PointRole;
  /** Pointed out by the reader. */
  marked: boolean;
  simulated: boolean;
  x: Estimate;
  y: Estimate;
  /** Lines of the tooltip. */
  tip: string[];
}

/** A limit on one axis. */
export interface ScatterLimit {
  axis: 'x' | 'y';
  value: number;
  side: 'at-least' | 'at-most';
  /** Every acceptable trial meets it; others are alternatives, drawn dashed and not shaded. */
  mandatory: boolean;
  /** Its place among the campaign's limits, in reading order. */
  index: number;
}

export interface Scatter {
  title: string;
  x: PlotAxis;
  y: PlotAxis;
  points: ScatterPoint[];
  /** Along the front, in order. */
  front: ScatterPoint[];
  limits: ScatterLimit[];
  methods: readonly string[];
}
