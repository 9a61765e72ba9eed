import { paintOption, PLOT_THEMES } from '../../src/plots/colors.ts';
import type { PlotOption } from '../../src/plots/plot.ts';

export interface ShownOption {
  theme: keyof typeof PLOT_THEMES;
  /** Pixels. */
  width: number;
  /** Shares of x from and to, then of y, in per cent. */
  zoom: readonly number[];
}

/** Narrower than this, texts shrink. */
const NARROW = 480;

/** A plot's option as the page draws it: in its colours, with what is shown of a point that is pointed at. */
export function shownOption(option: PlotOption, { theme, width, zoom }: ShownOption): PlotOption {
  const colors = PLOT_THEMES[theme];
  const painted = paintOption(option, theme) as Record<string, PlotOption>;
  Object.assign(painted['tooltip']!, {
    formatter: tip,
    backgroundColor: colors['theme:paper'],
    borderColor: colors['theme:front'],
    textStyle: { color: colors['theme:ink'], fontSize: 13 },
  });
  if (width < NARROW) {
    Object.assign(painted['title']!['textStyle'] as PlotOption, { fontSize: 13 });
    Object.assign(painted['grid']!, { right: 14 });
    for (const axis of ['xAxis', 'yAxis']) {
      Object.assign(painted[axis]!['nameTextStyle'] as PlotOption, { fontSize: 11 });
    }
  }
  const [left, right, bottom, top] = zoom;
  // A wheel alone scrolls the page.
  const inside = {
    type: 'inside',
    filterMode: 'none',
    zoomOnMouseWheel: 'ctrl',
    preventDefaultMouseMove: false,
  };
  return {
    ...painted,
    dataZoom: [
      { ...inside, xAxisIndex: 0, start: left, end: right },
      { ...inside, yAxisIndex: 0, start: bottom, end: top },
    ],
  };
}

/** Text goes in as text: names may look like markup. */
function tip({ name, data }: { name: string; data?: { tip?: string[] } }): HTMLElement {
  const box = document.createElement('div');
  for (const [index, line] of (data?.tip ?? [name]).entries()) {
    box.appendChild(document.createElement(index === 0 ? 'strong' : 'div')).textContent = line;
  }
  return box;
}
