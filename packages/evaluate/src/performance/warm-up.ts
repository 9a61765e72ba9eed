/** Requests of a warm-up, per model. */
export const WARM_UP = {
  /** A model that gets no faster is believed to be warm after three requests … */
  window: 2,
  /** … whose fastest is at most this fraction faster than all before. */
  tolerance: 0.05,
  /** A machine that never comes to rest must not keep a job from starting. */
  most: 8,
} as const;

/**
 * Whether the times of a model's warm-up requests have stopped falling: the best of the last `window` is not better
 * than the best before them by more than `tolerance`. Minima, because disturbances only ever make a request slower.
 */
export function isWarm(seconds: readonly number[]): boolean {
  const { window, tolerance, most } = WARM_UP;
  if (seconds.length >= most) return true;
  if (seconds.length <= window) return false;
  const before = Math.min(...seconds.slice(0, -window));
  return Math.min(...seconds.slice(-window)) >= (1 - tolerance) * before;
}
