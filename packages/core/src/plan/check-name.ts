import type { FidelityCheck } from '../campaign/evaluation.ts';
import { perplexityMetric } from './known-metrics.ts';

/** What a check is called among those of its campaign: prefix of its metrics, or the only one. */
export function checkName(check: FidelityCheck): string {
  switch (check.kind) {
    case 'task':
      return check.name;
    case 'divergence':
      return 'kl-divergence';
    case 'perplexity':
      return perplexityMetric(check).name;
    case 'prompts':
      return 'prompts';
  }
}
