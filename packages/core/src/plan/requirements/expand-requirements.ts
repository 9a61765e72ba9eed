import type { Requirement } from '../../campaign/requirement.ts';
import type { Scenario } from '../../campaign/scenario.ts';
import type { WrittenLimit, WrittenRequirement } from '../../campaign/written-requirement.ts';
import type { SpecIssue } from '../../errors/invalid-spec.ts';
import { suggestName } from '../../errors/nearest-name.ts';
import type { KnownMetric } from '../scenario-metrics.ts';
import { limitIssues } from './limit-issues.ts';
import { presetRequirement } from './presets.ts';
import { scoresNamed, taskWords, type TaskScores } from './task-scores.ts';

export interface RequirementContext {
  metrics: readonly KnownMetric[];
  tasks: readonly TaskScores[];
  scenarios: readonly Scenario[];
  /** Ids. */
  targets: readonly string[];
}

export interface ExpandedRequirements {
  /** Undefined where nothing of it could be understood. */
  requirement: Requirement | undefined;
  issues: SpecIssue[];
}

type Path = (string | number)[];

/** What holds for everything inside. */
interface Inherited {
  negated: boolean;
  confidence?: number | undefined;
  targets?: string[] | undefined;
  scenarios?: string[] | undefined;
}

/**
 * A written requirement as a tree of limits on metrics: presets and words for tasks are replaced by what they stand for,
 * negations moved down to the limits (De Morgan), conditions handed down to them.
 */
export function expandRequirements(
  written: WrittenRequirement,
  context: RequirementContext,
  place: Path = ['requirements'],
): ExpandedRequirements {
  const issues: SpecIssue[] = [];
  const requirement = expand(written, place, { negated: false });
  return { requirement, issues };

  function expand(node: WrittenRequirement, path: Path, outer: Inherited): Requirement | undefined {
    const inner: Inherited = {
      negated: outer.negated,
      confidence: node.confidence ?? outer.confidence,
      targets: narrowed('targets', context.targets, node.targets, outer.targets, path),
      scenarios: narrowed(
        'scenarios',
        context.scenarios.map(({ name }) => name),
        node.scenarios,
        outer.scenarios,
        path,
      ),
    };
    if ('all' in node) return combined('all', node.all, [...path, 'all'], inner);
    if ('any' in node) return combined('any', node.any, [...path, 'any'], inner);
    if ('not' in node) return expand(node.not, [...path, 'not'], { ...inner, negated: !inner.negated });
    if ('preset' in node) {
      const meant = presetRequirement(node.preset, context.scenarios);
      if (meant !== undefined) return expand(meant, [...path, 'preset'], inner);
      issues.push({
        path: [...path, 'preset'],
        message: `"${node.preset}" limits latencies, which no scenario of this campaign has.`,
        hint: 'Add { scenario: single-stream } or { scenario: server } to evaluation.performance.',
      });
      return undefined;
    }
    return limit(node, path, inner);
  }

  function combined(
    kind: 'all' | 'any',
    nodes: readonly WrittenRequirement[],
    path: Path,
    inner: Inherited,
  ): Requirement | undefined {
    const parts = nodes.flatMap((node, i) => expand(node, [...path, i], inner) ?? []);
    if (parts.length === 0) return undefined;
    // Not all of them: any of them not.
    return (kind === 'all') === inner.negated ? { any: parts } : { all: parts };
  }

  function limit(node: WrittenLimit, path: Path, inner: Inherited): Requirement | undefined {
    if (inner.targets?.length === 0 || inner.scenarios?.length === 0) {
      // A preset's limits are for one scenario each.
      if (!path.includes('preset')) {
        issues.push({
          path,
          message: 'it counts nowhere: what is named here is not within what is named around it.',
          hint: 'Name the same targets and scenarios, or leave one of them out.',
        });
      }
      return undefined;
    }
    const { metric, tasks, confidence: _, targets: __, scenarios: ___, ...limits } = node;
    const metrics =
      metric === undefined
        ? tasks!.flatMap((word, i) => named(word, [...path, 'tasks', i]))
        : known(metric, [...path, 'metric']);
    issues.push(...limitIssues(limits, metrics, path));
    const leaves = metrics.map(({ name }): Requirement => ({
      metric: name,
      ...limits,
      ...(inner.negated && { not: true as const }),
      ...(inner.confidence !== undefined && { confidence: inner.confidence }),
      ...(inner.targets !== undefined && { targets: inner.targets }),
      ...(inner.scenarios !== undefined && { scenarios: inner.scenarios }),
    }));
    if (leaves.length < 2) return leaves[0];
    return inner.negated ? { any: leaves } : { all: leaves };
  }

  function known(name: string, path: Path): KnownMetric[] {
    const metric = context.metrics.find((each) => each.name === name);
    if (metric !== undefined) return [metric];
    const hint = suggestName(
      name,
      context.metrics.map((each) => each.name),
    );
    issues.push({ path, message: `unknown metric "${name}".`, hint });
    return [];
  }

  function named(word: string, path: Path): KnownMetric[] {
    const scores = scoresNamed(word, context.tasks);
    if (scores !== undefined && scores.length > 0) return scores.flatMap((name) => known(name, path));
    const message =
      context.tasks.length === 0
        ? 'this campaign has no tasks.'
        : `"${word}" is neither a task nor a category of this campaign's tasks.`;
    issues.push({ path, message, hint: suggestName(word, taskWords(context.tasks)) });
    return [];
  }

  /** What is named inside holds within what is named outside. */
  function narrowed(
    key: 'targets' | 'scenarios',
    there: readonly string[],
    own: readonly string[] | undefined,
    outer: string[] | undefined,
    path: Path,
  ): string[] | undefined {
    for (const [i, name] of (own ?? []).entries()) {
      if (there.includes(name)) continue;
      issues.push({
        path: [...path, key, i],
        message: `"${name}" is none of the ${key} of this campaign.`,
        hint: suggestName(name, there),
      });
    }
    if (own === undefined) return outer;
    return outer === undefined ? [...own] : own.filter((name) => outer.includes(name));
  }
}
