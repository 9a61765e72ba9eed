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
