/** Pixels of a plot in a file. */
export const PLOT_WIDTH = 760;
export const PLOT_HEIGHT = 460;
