import type { Effort } from '../board/evidence.ts';

/**
 * The confidence at which a look may settle a verdict, so that all looks together err no more often than one look at
 * everything would. A look at the share t of the evidence has spent α·ln(1 + (e − 1)·t) of the error α (the spending
 * function of Lan and DeMets, Biometrika 70, 1983, in Pocock's form); each look's own part is what it adds, which by the
 * union bound holds whatever the dependence between looks.
 *
 * @param confidence of the verdict over all looks, e.g. 0.95
 * @param before share at the look before this one, 0 at the first
 */
export function lookConfidence(confidence: number, effort: Pick<Effort, 'share'>, before: number): number {
  const alpha = 1 - confidence;
  const spent = (share: number) => alpha * Math.log(1 + (Math.E - 1) * share);
  return 1 - (spent(effort.share) - spent(before));
}
