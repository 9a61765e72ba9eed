import { type Objective, surelyBetter, type Trial } from '@quantloop/core';
import { describe, expect, it } from 'vitest';
import { sampleCampaign, type SampleNumbers, sampleTrial } from '../board/sample-board.ts';

const { performance } = sampleCampaign();
const better = (objectives: Objective[], rival: Trial, trial: Trial) =>
  surelyBetter({ campaign: sampleCampaign({ objectives }), scenario: performance[0]!, rival, trial });
const looked = (share: number) => ({
  effort: { look: 1, looks: 4, share, repetitions: 1, alpha: { documents: 0.1, repetitions: 0.8 } },
});
const trial = (label: string, numbers: SampleNumbers, share = 1) =>
  sampleTrial(label, numbers, looked(share));

describe('a rival is surely better', () => {
  const smallest: Objective[] = [{ minimize: 'model.bytes' }];
  const fittest: Objective[] = [{ maximize: 'sums.exact_match' }, { minimize: 'model.bytes' }];

  it('by an exact number, also where nothing else is known of the trial', () => {
    const { metrics, ...rest } = trial('large', { bytes: 600 });
    const begun = { ...rest, metrics: { 'model.bytes': metrics['model.bytes']! } };
    expect(better(smallest, trial('small', { bytes: 500 }), begun)).toEqual({
      metric: 'model.bytes',
      better: 'smaller',
    });
    expect(better(smallest, trial('same', { bytes: 600 }), begun)).toBeUndefined();
  });

  it('by a difference beyond the noise of the look, not within it', () => {
    const rival = trial('good', { accuracy: 0.9, accuracyNoise: 0.01 }, 0.25);
    const near = { accuracy: 0.875, accuracyNoise: 0.01, bytes: 900 };
    expect(better(fittest, rival, trial('far', { ...near, accuracy: 0.8 }, 0.25))).toEqual({
      metric: 'sums.exact_match',
      better: 'larger',
    });
    expect(better(fittest, rival, trial('near', near, 0.25))).toBeUndefined();
  });

  it('by the next objective where more documents would hardly put the trial ahead', () => {
    const rival = trial('small', { accuracy: 0.9, accuracyNoise: 0.02, bytes: 500 }, 0.5);
    const level = trial('level', { accuracy: 0.9, accuracyNoise: 0.02, bytes: 600 }, 0.5);
    const promising = trial('promising', { accuracy: 0.93, accuracyNoise: 0.02, bytes: 600 }, 0.5);
    expect(better(fittest, rival, level)).toEqual({ metric: 'model.bytes', better: 'smaller' });
    expect(better(fittest, rival, promising)).toBeUndefined();
  });

  it('not while more repetitions may show the trial to be faster; two that are as fast are a tie', () => {
    const fastest: Objective[] = [{ maximize: 'speed' }];
    const small = trial('small', { tpot: 0.008, tpotNoise: 0.3, bytes: 500 });
    expect(
      better(fastest, small, trial('fast', { tpot: 0.005, tpotNoise: 0.3, bytes: 600 })),
    ).toBeUndefined();
    const level = { tpot: 0.008, tpotNoise: 0.02, bytes: 600 };
    expect(better(fastest, trial('small', { ...level, bytes: 500 }), trial('level', level))).toEqual({
      metric: 'model.bytes',
      better: 'smaller',
    });
  });

  it('by its name where nothing tells them apart', () => {
    const [a, b] = [trial('a', {}), trial('b', {})];
    expect(better(smallest, a, b)).toBe('name');
    expect(better(smallest, b, a)).toBeUndefined();
  });

  it('by speed over what is simulated, however fast that was measured', () => {
    const simulated = sampleTrial('simulated', { tpot: 0.001 }, { simulated: true });
    const slow = sampleTrial('slow', { tpot: 0.02 });
    const fastest: Objective[] = [{ maximize: 'speed' }];
    expect(better(fastest, slow, simulated)).toMatchObject({ metric: 'single-stream.tpot.p50' });
    expect(better(fastest, simulated, slow)).toBeUndefined();
  });
});
