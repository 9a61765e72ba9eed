import type { FidelityCheck } from '../campaign/evaluation.ts';
import type { Target } from '../campaign/target.ts';
import type { SpecIssue } from '../errors/invalid-spec.ts';

/** What a campaign asks of servers that they cannot give. */
export function serverIssues(targets: readonly Target[], checks: readonly FidelityCheck[]): SpecIssue[] {
  return targets.flatMap(({ engine }, index): SpecIssue[] => {
    if (engine.kind !== 'openai') return [];
    const path = ['targets', index, 'engine'];
    const issues: SpecIssue[] = [];
    if (engine.url !== undefined && engine.model?.includes('{folder}') !== true) {
      issues.push({
        path: [...path, 'url'],
        message: 'a campaign measures many models, this server has one.',
        hint: 'Let it launch a server for each: launch: { command: […] }; or name models by folder: model: "{folder}".',
      });
    }
    if (checks.some(({ kind }) => kind === 'divergence')) {
      issues.push({
        path: [...path, 'kind'],
        message: 'kl-divergence needs whole distributions, which a server does not give.',
        hint: 'Leave out metric: kl-divergence, or measure it on a target with kind: onnxruntime.',
      });
    }
    return issues;
  });
}
