import type { PlotOption } from './plot.ts';

/**
 * Colours of plots, by page; options name them by token. Methods: one hue each, told apart with every common colour
 * blindness; on dark pages lighter shades of the same hues.
 * Source: Okabe and Ito, "Color Universal Design" (2008), its black and yellow left out.
 */
export const PLOT_THEMES = {
  light: {
    'theme:ink': '#1c2430',
    'theme:muted': '#5b6675',
    'theme:grid': '#e6e9ee',
    'theme:paper': '#ffffff',
    'theme:front': '#8a94a3',
    'theme:accept': 'rgba(0, 130, 90, 0.09)',
    'theme:limit': '#007a55',
    'theme:marked': '#7b3fb5',
    'theme:method0': '#0072b2',
    'theme:method1': '#d55e00',
    'theme:method2': '#009e73',
    'theme:method3': '#cc79a7',
    'theme:method4': '#56b4e9',
    'theme:method5': '#e69f00',
  },
  dark: {
    'theme:ink': '#e8ecf2',
    'theme:muted': '#9aa6b6',
    'theme:grid': '#2a323e',
    'theme:paper': '#171c24',
    'theme:front': '#7d8899',
    'theme:accept': 'rgba(45, 190, 140, 0.13)',
    'theme:limit': '#3ecf9a',
    'theme:marked': '#c79bf2',
    'theme:method0': '#3b9fe0',
    'theme:method1': '#f5813a',
    'theme:method2': '#22bd90',
    'theme:method3': '#e39ac3',
    'theme:method4': '#93d2f7',
    'theme:method5': '#f3bd45',
  },
} as const satisfies Record<string, Record<`theme:${string}`, string>>;

const METHOD_COLORS = 6;

/** Colour token of the nth method; the colours repeat after six. */
export function methodColor(index: number): string {
  return `theme:method${index % METHOD_COLORS}`;
}

/** An option with its colour tokens replaced. */
export function paintOption(option: PlotOption, theme: keyof typeof PLOT_THEMES): PlotOption {
  const colors: Record<string, string> = PLOT_THEMES[theme];
  const paint = (value: unknown): unknown => {
    if (typeof value === 'string') return Object.hasOwn(colors, value) ? colors[value] : value;
    if (Array.isArray(value)) return value.map(paint);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, paint(part)]));
  };
  return paint(option) as PlotOption;
}
