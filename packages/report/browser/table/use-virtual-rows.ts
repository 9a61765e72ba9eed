import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

export interface VirtualRows {
  /** Those in view and some around them. */
  items: VirtualItem[];
  /** Pixels of the rows left out above and below. */
  above: number;
  below: number;
  scrollTo(index: number): void;
}

/** Which of many rows of one height to draw inside a scrolling element. */
export function useVirtualRows(
  scroll: RefObject<HTMLElement>,
  { count, height }: { count: number; height: number },
): VirtualRows {
  const [, redraw] = useReducer<number, void>((n) => n + 1, 0);
  const options = {
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    overscan: 12,
    ...{ observeElementRect, observeElementOffset, scrollToFn: elementScroll },
    onChange: () => redraw(),
  };
  const [rows] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  rows.setOptions(options);
  useLayoutEffect(() => rows._didMount(), [rows]);
  useLayoutEffect(() => rows._willUpdate());
  const items = rows.getVirtualItems();
  return {
    items,
    above: items[0]?.start ?? 0,
    below: rows.getTotalSize() - (items.at(-1)?.end ?? 0),
    scrollTo: (index) => rows.scrollToIndex(index, { align: 'center' }),
  };
}
