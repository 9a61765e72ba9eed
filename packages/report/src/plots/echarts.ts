import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { PlotOption } from './plot.ts';

interface Chart {
  setOption(option: PlotOption): void;
  renderToSVGString(): string;
  dispose(): void;
}

interface ECharts {
  init(
    element: null,
    theme: null,
    options: { renderer: 'svg'; ssr: true; width: number; height: number },
  ): Chart;
}

/** The bundle that pages carry and pictures are drawn with: one file loads 30 times faster than the modules. */
const BUNDLE = 'echarts/dist/echarts.common.min.js';

const require = createRequire(import.meta.url);

/** ECharts, loaded at first use. */
export function loadECharts(): ECharts {
  return require(BUNDLE) as ECharts;
}

/** Source of the same bundle, to be put into a page. */
export async function echartsSource(): Promise<string> {
  return readFile(require.resolve(BUNDLE), 'utf8');
}
