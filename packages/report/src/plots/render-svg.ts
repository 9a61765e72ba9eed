import { paintOption } from './colors.ts';
import { loadECharts } from './echarts.ts';
import { PLOT_HEIGHT, PLOT_WIDTH } from './plot-size.ts';
import type { PlotOption } from './plot.ts';

/** Draws an option as a standalone SVG in light colours. `id` keeps the names inside apart from those of other plots. */
export function renderSvg(id: string, option: PlotOption): string {
  const chart = loadECharts().init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: PLOT_WIDTH,
    height: PLOT_HEIGHT,
  });
  try {
    chart.setOption(paintOption(option, 'light'));
    return renamed(id, chart.renderToSVGString());
  } finally {
    chart.dispose();
  }
}

/** ECharts numbers names through the whole process; numbered per picture, equal input gives equal files. */
function renamed(id: string, svg: string): string {
  const names = new Map<string, string>();
  return svg.replaceAll(/\bzr\d+-[a-z]+-?\d+\b/g, (name) => {
    const known = names.get(name) ?? `${id}-${names.size}`;
    names.set(name, known);
    return known;
  });
}
