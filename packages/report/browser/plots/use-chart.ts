import type { EChartsType } from 'echarts/core';
import { useEffect, useRef, useState } from 'preact/hooks';
import { init } from './echarts.ts';

/** A chart in the element that `canvas` is given to, as wide as it. */
export function useChart() {
  const canvas = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType>();
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const made = init(canvas.current!, null, { renderer: 'svg' });
    const resized = new ResizeObserver(() => {
      made.resize();
      setWidth(made.getWidth());
    });
    resized.observe(canvas.current!);
    setChart(made);
    return () => {
      resized.disconnect();
      made.dispose();
    };
  }, []);
  return { canvas, chart, width };
}
