import { exponential, seeded } from '../seeded.ts';

/**
 * When the requests of an open loop come, in seconds from the start of the round: a Poisson process, which is what many
 * independent users make together. The first comes at once.
 */
export function drawArrivals(options: {
  rate: number;
  requests: number;
  seed: number;
  purpose: string;
}): number[] {
  const { rate, requests, seed, purpose } = options;
  const random = seeded(seed, `arrivals/${purpose}`);
  let time = 0;
  return Array.from({ length: requests }, (_, i) => (i === 0 ? time : (time += exponential(random) / rate)));
}
