import { conclude, nightEvents, type Decision, type Trial, type Worsening } from '@quantloop/core';
import { describe, expect, it } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const campaign = sampleCampaign();
const [scenario] = campaign.performance;
const one = { ...campaign, performance: [scenario!] };
const baseline = sampleTrial('baseline');
const end = { notTried: [], acts: [], at: 0, ended: 'nothing more can be measured or tried after round 1' };
const decided = (...trials: Trial[]): { trials: Trial[]; decision: Decision } => {
  const all = [baseline, ...trials];
  return { trials: all, decision: conclude(one, { ...end, trials: all }) };
};

const a = sampleTrial('a', { bytes: 400, accuracyNoise: 0 });
const smaller = sampleTrial('b', { bytes: 300, accuracyNoise: 0 });
const before = decided(a).decision;
const said = (night: ReturnType<typeof decided>, worse: Worsening[] = []) =>
  nightEvents({ campaign: one, before, after: night.decision, trials: night.trials, worse }).map(
    ({ kind, because }) => [kind, because],
  );

describe('a night', () => {
  it('says nothing where nothing changed', () => {
    expect(said(decided(a))).toEqual([]);
  });

  it('says that another one is better where the one before it still holds', () => {
    expect(said(decided(a, smaller))).toEqual([
      ['better', expect.stringMatching(/^It was a\. b is selected now\. .*smallest model\.bytes/) as string],
    ]);
  });

  it('says the same of one that was given up for the better one', () => {
    expect(said(decided({ ...a, status: 'stopped', stopped: 'b is surely better' }, smaller))).toEqual([
      ['better', expect.stringMatching(/^It was a\. b is selected now/) as string],
    ]);
  });

  it('calls it a regression where what was selected is acceptable no more, even if another one is', () => {
    const bad = sampleTrial('a', { accuracy: 0.2, bytes: 400, accuracyNoise: 0 });
    expect(said(decided(bad))).toEqual([
      [
        'regression',
        expect.stringMatching(
          /^a is acceptable no more \(sums.exact_match .*\)\. baseline is selected now\./,
        ) as string,
      ],
    ]);
    expect(said(decided(bad, smaller))[0]).toEqual([
      'regression',
      expect.stringMatching(/^a is acceptable no more .* b is selected now/) as string,
    ]);
  });

  it('calls it a regression where it failed, was not tried with nothing in its place, or is worse', () => {
    const failure = { code: 'device-lost', message: 'the device is gone', stage: 'performance' };
    const failed: Trial = { ...a, status: 'failed', failure, metrics: {}, artifact: null };
    expect(said(decided(failed))).toEqual([
      [
        'regression',
        'a failed at performance: the device is gone. baseline is selected now. baseline is the only one of 1 measured versions that meets every requirement.',
      ],
    ]);
    expect(said(decided())).toEqual([
      ['better', expect.stringMatching(/^It was a\. baseline is selected now/) as string],
    ]);
    const metric = { metric: 'sums.exact_match', before: '90 %', after: '89 %' };
    const worse = [scenario!.name, 'another'].map((name) => ({ trial: a.id, scenario: name, ...metric }));
    expect(said(decided(a), worse)).toEqual([
      [
        'regression',
        expect.stringMatching(/^a is worse: sums.exact_match 90 % → 89 %\. a is selected now/) as string,
      ],
    ]);
  });

  it('says that something is selected where nothing was', () => {
    const none = decided().decision;
    const night = decided(a);
    expect(
      nightEvents({ campaign: one, before: none, after: night.decision, trials: night.trials, worse: [] }),
    ).toMatchObject([{ kind: 'better', place: { scenario: scenario!.name } }]);
  });
});
