/** Layers as written: `0-1`, `5`, `-1` (counted from the end), `0-3,-4--1`. */
export const LAYER_RANGES = /^-?\d+(--?\d+)?(,-?\d+(--?\d+)?)*$/;

export interface LayerRange {
  first: number;
  /** Not before `first` where both are counted from the same end. */
  last: number;
}

/** The ranges of a text that {@link LAYER_RANGES} fits, undefined for another. Negative numbers count from the end. */
export function parseLayerRanges(text: string): LayerRange[] | undefined {
  if (!LAYER_RANGES.test(text)) return undefined;
  return text.split(',').map((part) => {
    const [, first, last = first] = /^(-?\d+)(?:-(-?\d+))?$/.exec(part)!;
    return { first: Number(first), last: Number(last) };
  });
}

/** A range that no model has a layer in, such as 3-1. */
export function isEmptyRange({ first, last }: LayerRange): boolean {
  return first < 0 === last < 0 && first > last;
}

/** Whether one of the ranges covers a layer of a model with so many. */
export function coversLayer(ranges: readonly LayerRange[], layer: number, layers: number): boolean {
  const fromStart = (end: number) => (end < 0 ? end + layers : end);
  return ranges.some(({ first, last }) => layer >= fromStart(first) && layer <= fromStart(last));
}
