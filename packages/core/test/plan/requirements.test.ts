import {
  expandRequirements,
  formatPath,
  type KnownMetric,
  type Requirement,
  type RequirementContext,
  WrittenRequirement,
} from '@quantloop/core';
import { describe, expect, test } from 'vitest';

const score = (name: string): KnownMetric => ({ name, higherIsBetter: true });
const context: RequirementContext = {
  metrics: [
    ...['gsm8k.exact_match', 'mmlu.acc', 'mmlu_algebra.acc', 'mmlu_law.acc', 'wikitext.word_perplexity'].map(
      score,
    ),
    ...['recovery.mean', 'speed'].map(score),
    { name: 'memory.peak', higherIsBetter: false, dimension: 'size' },
    ...['ttft', 'itl', 'e2e'].flatMap((timing): KnownMetric[] =>
      ['chat', 'load.rate4'].map((load) => ({
        name: `${load}.${timing}.p99`,
        higherIsBetter: false,
        dimension: 'duration',
      })),
    ),
  ],
  tasks: [
    {
      name: 'gsm8k',
      category: 'mathematics',
      scores: ['gsm8k.exact_match'],
      parts: [{ name: 'gsm8k', metric: 'gsm8k.exact_match' }],
    },
    {
      name: 'mmlu',
      category: 'knowledge',
      scores: ['mmlu.acc'],
      parts: [
        { name: 'mmlu_algebra', metric: 'mmlu_algebra.acc' },
        { name: 'mmlu_law', metric: 'mmlu_law.acc' },
      ],
    },
  ],
  scenarios: [
    { scenario: 'single-stream', name: 'chat', promptTokens: 8, newTokens: 8, requests: 5 },
    { scenario: 'offline', name: 'night', promptTokens: 8, newTokens: 8, batch: [8], repetitions: 5 },
    {
      scenario: 'server',
      name: 'load',
      promptTokens: 8,
      newTokens: 8,
      load: { rate: [4, 1] },
      requests: 8,
      repetitions: 3,
    },
  ],
  targets: ['laptop', 'server'],
};

const expand = (written: unknown) => expandRequirements(WrittenRequirement.parse(written), context);
const complaints = (written: unknown) =>
  expand(written).issues.map(({ path, message, hint }) => `${formatPath(path)}: ${message} ${hint ?? ''}`);

/** `metric kind value`, with what else is said of it. */
function words(requirement: Requirement | undefined): unknown {
  if (requirement === undefined) return undefined;
  if ('all' in requirement) return { all: requirement.all.map(words) };
  if ('any' in requirement) return { any: requirement.any.map(words) };
  const { metric, not, confidence, targets, scenarios, ...limits } = requirement;
  const [[kind, limit] = []] = Object.entries(limits);
  return [
    ...(not === undefined ? [] : ['not']),
    `${metric} ${kind} ${(limit as { value: number }).value}`,
    ...(confidence === undefined ? [] : [`at ${confidence}`]),
    ...(targets === undefined ? [] : [`on ${targets.join('+')}`]),
    ...(scenarios === undefined ? [] : [`for ${scenarios.join('+')}`]),
  ].join(' ');
}
const meaning = (written: unknown) => {
  const { requirement, issues } = expand(written);
  expect(issues).toEqual([]);
  return words(requirement);
};

describe('requirements name tasks together', () => {
  test('every task, a category, a group by its tasks, a task of a group', () => {
    expect(meaning({ tasks: 'every', minRecovery: '99%' })).toEqual({
      all: ['gsm8k.exact_match minRecovery 0.99', 'mmlu.acc minRecovery 0.99'],
    });
    expect(meaning({ tasks: 'mathematics', maxDrop: '2%' })).toBe('gsm8k.exact_match maxDrop 0.02');
    expect(meaning({ tasks: ['mmlu'], maxDrop: 0.05 })).toEqual({
      all: ['mmlu_algebra.acc maxDrop 0.05', 'mmlu_law.acc maxDrop 0.05'],
    });
    expect(meaning({ tasks: 'mmlu_law', min: 0.3 })).toBe('mmlu_law.acc min 0.3');
  });
});

describe('what is said outside holds inside', () => {
  test('negations move to the limits, by De Morgan', () => {
    const written = {
      not: { all: [{ metric: 'speed', minSpeedup: 2 }, { not: { metric: 'memory.peak', max: '1 KiB' } }] },
    };
    expect(meaning(written)).toEqual({ any: ['not speed minSpeedup 2', 'memory.peak max 1024'] });
    expect(meaning({ not: { tasks: 'every', minRecovery: 1 } })).toEqual({
      any: ['not gsm8k.exact_match minRecovery 1', 'not mmlu.acc minRecovery 1'],
    });
  });

  test('the innermost confidence counts; targets and scenarios are narrowed', () => {
    const written = {
      confidence: 0.9,
      targets: ['laptop', 'server'],
      all: [
        { metric: 'speed', minSpeedup: 1, confidence: 0.99, scenarios: 'chat' },
        { any: [{ metric: 'mmlu.acc', min: 0.5 }], targets: 'server' },
      ],
    };
    expect(meaning(written)).toEqual({
      all: [
        'speed minSpeedup 1 at 0.99 on laptop+server for chat',
        { any: ['mmlu.acc min 0.5 at 0.9 on server'] },
      ],
    });
  });
});

describe('presets', () => {
  test('MLPerf asks of every task 99 % or 99.9 % of the reference', () => {
    expect(meaning({ preset: 'mlperf-99' })).toEqual({
      all: ['gsm8k.exact_match minRecovery 0.99', 'mmlu.acc minRecovery 0.99'],
    });
    expect(meaning({ preset: 'mlperf-99.9' })).toEqual({
      all: ['gsm8k.exact_match minRecovery 0.999', 'mmlu.acc minRecovery 0.999'],
    });
  });

  test('lossless asks for the mean too', () => {
    expect(meaning({ preset: 'lossless' })).toEqual({
      all: [
        { all: ['gsm8k.exact_match minRecovery 0.99', 'mmlu.acc minRecovery 0.99'] },
        'recovery.mean min 0.995',
      ],
    });
  });

  test('those of latency count in each scenario that has latencies, a server at its heaviest load', () => {
    expect(meaning({ preset: 'chat' })).toEqual({
      all: [
        'chat.ttft.p99 max 0.2 for chat',
        'chat.itl.p99 max 0.05 for chat',
        'load.rate4.ttft.p99 max 0.2 for load',
        'load.rate4.itl.p99 max 0.05 for load',
      ],
    });
    expect(meaning({ preset: 'completion', scenarios: 'chat' })).toEqual({
      all: ['chat.e2e.p99 max 2 for chat'],
    });
    const { requirement, issues } = expandRequirements({ preset: 'rag' }, { ...context, scenarios: [] });
    expect(requirement).toBeUndefined();
    expect(issues[0]).toMatchObject({ path: ['requirements', 'preset'] });
  });
});

describe('a requirement that cannot be meant', () => {
  test.each([
    [{ metric: 'gsm8k.exact_macth', min: 1 }, 'requirements.metric: unknown metric "gsm8k.exact_macth". '],
    [{ tasks: 'mathematic', min: 1 }, 'requirements.tasks[0]: "mathematic" is neither a task nor'],
    [{ metric: 'speed', minSpeedup: 1, targets: 'labtop' }, 'requirements.targets[0]: "labtop" is none of'],
    [
      { targets: 'laptop', all: [{ metric: 'speed', minSpeedup: 1, targets: 'server' }] },
      'requirements.all[0]: it counts nowhere',
    ],
    [
      { metric: 'mmlu.acc', min: '40 MiB' },
      'requirements.min: mmlu.acc is not a size, but its limit is a size.',
    ],
    [
      { metric: 'memory.peak', max: '2 s' },
      'requirements.max: memory.peak is a size, but its limit is a duration.',
    ],
    [{ metric: 'speed', minSpeedup: '2 ms' }, 'requirements.minSpeedup: minSpeedup is a ratio'],
  ])('%j', (written, complaint) => {
    expect(complaints(written)).toEqual([expect.stringContaining(complaint)]);
  });

  test.each([
    [{ metric: 'speed', tasks: 'every', min: 1 }, 'names either a metric or tasks'],
    [{ min: 1 }, 'names either a metric or tasks'],
    [{ metric: 'speed', min: 1, max: 2 }, 'exactly one limit'],
    [{ metric: 'speed', min: 1, confidence: 1 }, '<1'],
  ])('%j', (written, complaint) => {
    expect(WrittenRequirement.safeParse(written).error?.message).toContain(complaint);
  });
});
