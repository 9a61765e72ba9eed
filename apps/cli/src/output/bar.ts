import colors from 'picocolors';

/** How far something is, from 0 to 1, in so many columns. */
export function bar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return colors.green('█'.repeat(filled)) + colors.dim('░'.repeat(width - filled));
}
