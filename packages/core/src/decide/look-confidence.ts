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
 * it. Up to the share t the part ln(1 + (e − 1)·t) is spent: the spending function of Lan and DeMets (Biometrika 70,
 * 1983) in Pocock's form, which leaves early looks enough to settle what is far from its limit.
 */
export function spendingParts(shares: readonly number[]): number[] {
  const spent = (share: number) => Math.log(1 + (Math.E - 1) * share);
  return shares.map((share, i) => spent(share) - spent(shares[i - 1] ?? 0));
}
