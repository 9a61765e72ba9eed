import { conclude } from '@quantloop/core';
import { expect, it } from 'vitest';
import { sampleCampaign, sampleTrial } from '../board/sample-board.ts';

const limit = (value: number) => ({ metric: 'model.bytes', max: { value, relative: false } });
const trials = [sampleTrial('baseline'), sampleTrial('a', { bytes: 400 }), sampleTrial('b', { bytes: 300 })];
const end = { trials, notTried: [], at: 7, ended: 'nothing more can be measured or tried after round 1' };

it('relaxes what admits nothing by the least that admits a trial, where told to, and keeps it in the record', () => {
  const campaign = sampleCampaign({ requirements: limit(250), onNoWinner: 'relax' });
  const { outcome, selections, acts } = conclude(campaign, { ...end, acts: [] });
  expect(outcome).toBe('selected');
  expect(new Set(selections.map(({ label }) => label))).toEqual(new Set(['b']));
  expect(acts).toMatchObject([{ kind: 'relax', at: 7, requirements: limit(300), replaced: limit(250) }]);
});

it('relaxes nothing unless told to', () => {
  const campaign = sampleCampaign({ requirements: limit(250) });
  expect(conclude(campaign, { ...end, acts: [] })).toMatchObject({ outcome: 'none-acceptable', acts: [] });
});

it('does not select what people rejected, nor call it selected where nothing else is left', () => {
  const campaign = sampleCampaign({ requirements: limit(350) });
  const reject = { kind: 'reject' as const, by: 'ann', at: 1, trial: trials[2]!.id, reason: 'reads badly' };
  const { outcome, selections } = conclude(campaign, { ...end, acts: [reject] });
  expect([outcome, selections]).toEqual(['none-acceptable', []]);
});

it('says what would change the choice: the least that admits what the first objective surely prefers', () => {
  const smaller = sampleTrial('c', { accuracy: 0.85, accuracyNoise: 0, bytes: 200 });
  const smallest = sampleTrial('d', { accuracy: 0.5, accuracyNoise: 0, bytes: 100 });
  const larger = sampleTrial('e', { accuracy: 0.86, accuracyNoise: 0, bytes: 900 });
  const all = [...trials, smaller, smallest, larger];
  const whole = { ...end, trials: all, acts: [] };
  const [selection] = conclude(sampleCampaign(), whole).selections;
  expect([selection?.label, selection?.wouldChange?.label]).toEqual(['b', 'c']);
  expect(selection?.wouldChange?.because).toBe(
    'If sums.exact_match "drop at most 2 %" became 5 %, c would be acceptable, with the smaller model.bytes (200 B against 300 B).',
  );
  const { to } = selection!.wouldChange!.changes[0]!;
  const requirements = { metric: 'sums.exact_match', maxDrop: { value: to, relative: false } };
  expect(conclude(sampleCampaign({ requirements }), whole).selections[0]?.label).toBe('c');
  const reject = { kind: 'reject' as const, by: 'ann', at: 1, trial: smaller.id, reason: 'reads badly' };
  expect(conclude(sampleCampaign(), { ...whole, acts: [reject] }).selections[0]?.wouldChange?.label).toBe(
    'd',
  );
  const none = { ...whole, trials: [...trials, larger] };
  expect(conclude(sampleCampaign(), none).selections[0]?.wouldChange).toBeUndefined();
});

it('names one version overall: of those acceptable in every scenario the preferred one', () => {
  const one = { metric: 'speed', minSpeedup: { value: 1.2, relative: false } };
  const campaign = sampleCampaign({ requirements: one });
  const rows = [
    sampleTrial('baseline'),
    sampleTrial('a', { tpot: 0.004, throughput: 90, bytes: 100 }),
    sampleTrial('b', { tpot: 0.005, throughput: 200, bytes: 400 }),
  ];
  const decided = (trials: typeof rows) => conclude(campaign, { ...end, trials, acts: [] });
  const { selections, overall } = decided(rows);
  expect(selections.map(({ label }) => label)).toEqual(['a', 'b']);
  expect(overall).toMatchObject([{ model: 'tiny', target: 'cpu', label: 'b', trial: 'tiny.cpu.b' }]);
  expect(decided(rows.slice(0, 2)).overall).toMatchObject([
    {
      trial: null,
      because: 'None of 2 measured versions surely meets every requirement in all of single-stream, offline.',
    },
  ]);
});
