import type { CorpusStatistic } from './corpus-statistic.ts';
import { PythonRandom } from './python-random.ts';

/** Replicates drawn from one seed. */
const CHUNK = 1000;

/**
 * Standard error of a statistic as lm-eval's `bootstrap_stderr` draws it, resample for resample: chunks of at most 1000
 * resamples, the i-th from Python's generator with seed i; the sample deviation of what they give.
 * Undefined for n ≤ 1, where lm-eval prints "N/A", and where it is no finite number.
 */
export function bootstrapError(statistic: CorpusStatistic, iterations: number): number | undefined {
  const n = statistic.documents;
  if (n <= 1) return undefined;
  const chunk = Math.min(CHUNK, iterations);
  const chunks = Math.floor(iterations / chunk);
  const counts = new Uint32Array(n);
  const values = new Float64Array(chunks * chunk);
  for (let seed = 0; seed < chunks; seed++) {
    const generator = new PythonRandom(seed);
    for (let i = 0; i < chunk; i++) {
      counts.fill(0);
      for (let draw = 0; draw < n; draw++) counts[Math.floor(generator.random() * n)]! += 1;
      values[seed * chunk + i] = statistic.value(counts);
    }
  }
  const error = sampleDeviation(values);
  return Number.isFinite(error) ? error : undefined;
}

function sampleDeviation(values: Float64Array): number {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
