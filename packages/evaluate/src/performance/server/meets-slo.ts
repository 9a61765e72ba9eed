import type { Slo } from '@quantloop/core';
import { tpot, type RequestTiming } from '../request-timing.ts';

/** Whether a request kept within every limit that is set. */
export function meetsSlo(timing: RequestTiming, slo: Slo): boolean {
  const limits = [
    [slo.ttft, timing.ttft],
    [slo.tpot, tpot(timing)],
    [slo.e2e, timing.seconds],
  ] as const;
  return limits.every(([limit, seconds]) => limit === undefined || seconds <= limit.value);
}
