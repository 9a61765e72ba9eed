/**
 * The chance that at least one of k answers is right, estimated without bias from n answers of which `right` are
 * (Chen et al. 2021): 1 − C(n − right, k) / C(n, k).
 *
 * @throws RangeError where k is above n.
 */
export function passAtK(n: number, right: number, k: number): number {
  if (k > n || k < 1) throw new RangeError(`pass@${k} needs at least ${k} answers, there are ${n}`);
  if (n - right < k) return 1;
  let none = 1;
  for (let i = n - right + 1; i <= n; i++) none *= 1 - k / i;
  return 1 - none;
}
