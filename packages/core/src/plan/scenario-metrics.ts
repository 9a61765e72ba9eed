import type { Scenario, ScenarioItem } from '../campaign/scenario.ts';

/** A metric that a campaign will measure. */
export interface KnownMetric {
  name: string;
  higherIsBetter: boolean;
  /** What it is measured in, where that is bytes or seconds. */
  dimension?: 'size' | 'duration';
}

const PERCENTILES = ['p50', 'p90', 'p95', 'p99'];
const TIMINGS = ['ttft', 'tpot', 'itl', 'e2e'];

const time = (name: string): KnownMetric => ({ name, higherIsBetter: false, dimension: 'duration' });
const higher = (name: string): KnownMetric => ({ name, higherIsBetter: true });

const latencies = (prefix: string): KnownMetric[] =>
  TIMINGS.flatMap((timing) => PERCENTILES.map((percentile) => time(`${prefix}.${timing}.${percentile}`)));
const throughputs = (prefix: string): KnownMetric[] =>
  ['tokens_per_second', 'requests_per_second'].map((rate) => higher(`${prefix}.${rate}`));

/** The metrics that a scenario measures, as vLLM's benchmark defines them. */
export function scenarioMetrics(scenario: Scenario | ScenarioItem): KnownMetric[] {
  const { name } = scenario;
  switch (scenario.scenario) {
    case 'single-stream':
      return [...latencies(name), ...throughputs(name)];
    case 'offline':
      return [
        ...throughputs(name),
        ...scenario.batch.flatMap((size) => [
          ...throughputs(`${name}.batch${size}`),
          time(`${name}.batch${size}.ttft.p50`),
          time(`${name}.batch${size}.tpot.p50`),
          time(`${name}.batch${size}.e2e.p50`),
        ]),
      ];
    case 'server':
      return [
        ...serverLoads(scenario).flatMap((load) => [
          ...latencies(load),
          ...throughputs(load),
          higher(`${load}.total_tokens_per_second`),
          ...(scenario.slo === undefined ? [] : [higher(`${load}.goodput`), higher(`${load}.goodput_share`)]),
        ]),
        ...('sweep' in scenario.load ? [higher(sweptLoad(scenario))] : []),
      ];
  }
}

type ServerScenario = Extract<Scenario | ScenarioItem, { scenario: 'server' }>;

/** What the loads of a server are called, the heaviest last; a sweep's is the one it ends at. */
function serverLoads({ name, load }: ServerScenario): string[] {
  const rising = (values: readonly number[]) => [...values].sort((a, b) => a - b);
  if ('concurrency' in load)
    return rising(load.concurrency).map((clients) => `${name}.concurrency${clients}`);
  if ('rate' in load) return rising(load.rate).map((rate) => `${name}.rate${rate}`);
  return [`${name}.saturation`];
}

/** How far a sweep comes. */
const sweptLoad = ({ name, load }: ServerScenario): string =>
  `${name}.saturation.${'sweep' in load && 'rate' in load.sweep ? 'rate' : 'concurrency'}`;

/**
 * The one number a scenario is about. Time per output token when one user waits; tokens per second offline and of
 * a server as full as it gets; the end-to-end latency of a server at the highest rate, where throughput is given.
 */
export function headline(scenario: Scenario): KnownMetric {
  const { name } = scenario;
  if (scenario.scenario === 'single-stream') return time(`${name}.tpot.p50`);
  if (scenario.scenario === 'offline') return higher(`${name}.tokens_per_second`);
  const { load } = scenario;
  if ('rate' in load) return time(`${headlineLoad(scenario)}.e2e.p50`);
  return higher(`${headlineLoad(scenario)}.tokens_per_second`);
}

/** The load of a scenario that its latencies are limited under, by the name its metrics begin with: a server's heaviest. */
export function headlineLoad(scenario: Scenario): string | undefined {
  const { name } = scenario;
  if (scenario.scenario === 'offline') return undefined;
  return scenario.scenario === 'single-stream' ? name : serverLoads(scenario).at(-1);
}
