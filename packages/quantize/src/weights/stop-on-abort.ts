import type { WeightSource } from './weight-source.ts';

/** The same weight; reading it rejects with the signal's reason from the next panel on. */
export function stopOnAbort(weight: WeightSource, signal: AbortSignal | undefined): WeightSource {
  if (signal === undefined) return weight;
  return {
    ...weight,
    async *panels(multiple) {
      for await (const panel of weight.panels(multiple)) {
        signal.throwIfAborted();
        yield panel;
      }
    },
  };
}
