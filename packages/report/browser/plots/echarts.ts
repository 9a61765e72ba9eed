import { LineChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';

// What the options of `src/plots` name, and nothing else: the page carries it.
use([
  ...[LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, TooltipComponent],
  ...[MarkAreaComponent, MarkLineComponent, DataZoomInsideComponent, LabelLayout, SVGRenderer],
]);

export { init };
