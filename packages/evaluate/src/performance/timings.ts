import { tpot, type RequestTiming } from './request-timing.ts';

/** The definitions of `vllm bench serve`: TTFT, TPOT, ITL, E2EL, output tokens per second, percentiles as numpy. */
export const CONVENTION = 'vllm-benchmark';

/** What is timed, request by request. */
export const TIMINGS: Record<'ttft' | 'tpot' | 'itl' | 'e2e', (timing: RequestTiming) => readonly number[]> =
  {
    ttft: (timing) => [timing.ttft],
    tpot: (timing) => [tpot(timing)],
    itl: (timing) => timing.itl,
    e2e: (timing) => [timing.seconds],
  };

export const PERCENTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 };
