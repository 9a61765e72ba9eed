/**
 * The confidence at which a look may settle a verdict: it spends its own part of the error only, so that all looks
 * together err no more often than the only one would, by the union bound, whatever the dependence between them.
 *
 * @param confidence of the verdict over all looks, e.g. 0.95
 * @param alpha the look's part of the error
 */
export function lookConfidence(confidence: number, alpha: number): number {
  return 1 - (1 - confidence) * alpha;
}

/**
 * The part of the error that each look may spend, of looks at growing shares of the evidence, the last one at all of
 * it: up to the share t the part t^exponent is spent (Kim and DeMets, Biometrika 74, 1987). The larger the exponent the
 * more is left to the last look.
 */
export function spendingParts(shares: readonly number[], exponent: number): number[] {
  return shares.map((share, i) => share ** exponent - (shares[i - 1] ?? 0) ** exponent);
}
