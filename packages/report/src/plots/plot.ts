/** A chart's description for ECharts: plain JSON without functions, so that it also travels inside the page. */
export type PlotOption = Record<string, unknown>;

/** A chart of the report. Its option names colours as tokens, see `paintOption`. */
export interface Plot {
  /** File name without extension, and the anchor in the page. */
  id: string;
  title: string;
  /** What to read off it, for people who cannot see it. */
  description: string;
  option: PlotOption;
  /** Standalone picture in light colours. */
  svg: string;
  /** Whether pages carry the picture; else they name its file. */
  inline: boolean;
}
