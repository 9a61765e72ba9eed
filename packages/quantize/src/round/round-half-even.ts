/** Integers are spaced by 1 between 2^52 and 2^53: adding and taking away rounds ties to even, |value| < 2^51. */
const MAGIC = 1.5 * 2 ** 52;

export const roundHalfEven = (value: number): number => value + MAGIC - MAGIC;
