import * as echarts from 'echarts/dist/echarts.common.js';
import { paintOption } from '@quantloop/report/colors';
import { useEffect, useRef } from 'preact/hooks';
import type { ShownPlot } from '../src/view/campaign-view.ts';
import { html } from './html.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** A plot of the report, drawn in the reader's colours, anew whenever it changes. */
export function Plot({ plot }: { plot: ShownPlot }) {
  const place = useRef<HTMLDivElement>(null);
  const option = JSON.stringify(plot.option);
  useEffect(() => {
    const chart = echarts.init(place.current!, null, { renderer: 'svg' });
    const draw = () => {
      const painted = paintOption(
        JSON.parse(option) as Record<string, unknown>,
        dark.matches ? 'dark' : 'light',
      );
      // Drawn, not HTML: the policy allows no inline style.
      chart.setOption(
        { ...painted, tooltip: { trigger: 'item', confine: true, renderMode: 'richText', formatter: tip } },
        true,
      );
    };
    draw();
    const resized = new ResizeObserver(() => chart.resize());
    resized.observe(place.current!);
    dark.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      dark.removeEventListener('change', draw);
      chart.dispose();
    };
  }, [option]);
  return html`<figure>
    <div class="plot" role="img" aria-label=${plot.description} ref=${place}></div>
  </figure>`;
}

function tip({ name, data }: { name: string; data?: { tip?: string[] } }): string {
  return (data?.tip ?? [name]).join('\n');
}
