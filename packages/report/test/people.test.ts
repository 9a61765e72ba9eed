import { conclude } from '@quantloop/core';
import { parse } from 'node-html-parser';
import { expect, it } from 'vitest';
import { renderReport } from '../src/index.ts';
import { RECIPES, sampleRun } from './sample/sample-run.ts';

it('shows who decided what, why further trials were planned, and why the campaign ended', async () => {
  const run = sampleRun({ recipes: RECIPES.slice(0, 2) });
  const trials = run.trials.map((trial, i) => ({
    ...trial,
    ...(i === 2 && { round: 2, planned: 'Smaller.' }),
  }));
  const limit = (value: number) => ({ metric: 'model.bytes', maxRatio: { value, relative: false } });
  const who = { by: 'ann', at: Date.UTC(2026, 0, 2, 3, 4, 5) };
  const decision = conclude(run.campaign, {
    trials,
    acts: [
      { ...who, kind: 'relax', requirements: limit(0.5), replaced: limit(0.2), reason: 'there is room' },
      { ...who, kind: 'extend-budget', rounds: 1, wallClock: 5400 },
      { ...who, kind: 'approve' },
    ],
    at: 0,
    notTried: [],
    ended: 'the time of the budget is spent',
  });
  const files = await renderReport({ ...run, trials, decision });
  const page = parse(String(files.get('report.html')));
  const cells = (id: string) =>
    page
      .querySelectorAll(`#${id} tbody tr`)
      .map((row) => row.querySelectorAll('th, td').map(({ textContent }) => textContent.trim()));
  const when = '2026-01-02 03:04:05 UTC';
  const limits = 'asked for model.bytes maxRatio 0.5 instead of model.bytes maxRatio 0.2';
  expect(cells('people')).toEqual([
    [when, 'ann', limits, 'there is room'],
    [when, 'ann', 'extended the budget: rounds +1, time +1.5 h', ''],
    [when, 'ann', 'approved what was proposed', ''],
  ]);
  const [planned, ...advanced] = cells('search');
  expect(planned).toEqual(['2', trials[2]!.label, expect.any(String), 'Smaller.']);
  expect(advanced.slice(0, 2)).toEqual([
    [
      '1',
      'this-cpu',
      'arithmetic.exact_match against single-stream.tpot.p50',
      '1',
      expect.stringMatching(/ %$/),
    ],
    [
      '2',
      'this-cpu',
      'arithmetic.exact_match against single-stream.tpot.p50',
      '1',
      expect.stringMatching(/ %$/),
    ],
  ]);
  const markdown = String(files.get('report.md'));
  for (const text of [
    limits,
    'there is room',
    'Smaller.',
    'The campaign ended: the time of the budget is spent.',
  ]) {
    expect(markdown).toContain(text);
  }
});
