/**
 * Seconds that judging a board of 100,000 rows, drawing its fronts and selecting take. Run: node --conditions=@quantloop/source packages/core/bench/board.ts
 */
import { decide, type Campaign, type Trial } from '@quantloop/core';
import { sampleCampaign, sampleTrial } from '../test/board/sample-board.ts';

const ROWS = 100_000;
const RUNS = 7;

/** The i-th of numbers spread evenly over [0, 1), another sequence for each prime. */
const spread = (i: number, prime: number): number => (i * Math.sqrt(prime)) % 1;

/** Smaller versions are faster and less accurate, with a scatter that leaves a front of some dozens. */
function row(i: number, place: { model: string; target: string }): Trial {
  const [size, luck] = [spread(i, 2), spread(i, 3)];
  const numbers = {
    accuracy: 0.9 - 0.06 * (1 - size) ** 2 * (0.5 + luck),
    tpot: 0.002 + 0.008 * size * (0.8 + 0.4 * spread(i, 5)),
    throughput: 400 - 300 * size * (0.8 + 0.4 * spread(i, 7)),
    bytes: Math.round(100 + 900 * size),
  };
  const id = `${place.model}.${place.target}.${i}`;
  return sampleTrial(`v${i}`, numbers, { ...place, id });
}

function board(places: number, bytes: number): { campaign: Campaign; trials: Trial[] } {
  const ids = Array.from({ length: places }, (_, i) => String(i));
  const campaign = sampleCampaign({
    models: ids.map((id) => ({ id, source: 'builtin:demo' })),
    targets: ids.map((id) => ({ id, engine: { kind: 'onnxruntime', provider: 'cpu' } })),
    requirements: {
      all: [
        { metric: 'sums.exact_match', maxDrop: { value: 0.02, relative: false } },
        { metric: 'model.bytes', max: { value: bytes, relative: false } },
        { metric: 'speed', minSpeedup: { value: 1.1, relative: false } },
      ],
    },
  });
  const trials = ids.flatMap((model) =>
    ids.flatMap((target) => [
      sampleTrial('baseline', {}, { model, target, id: `${model}.${target}.baseline` }),
      ...Array.from({ length: ROWS / places ** 2 - 1 }, (_, i) => row(i, { model, target })),
    ]),
  );
  return { campaign, trials };
}

const cases: [title: string, places: number, bytes: number][] = [
  ['one model and target', 1, 600],
  ['the same, nothing acceptable', 1, 10],
  ['10 models on 10 targets', 10, 600],
];
for (const [title, places, bytes] of cases) {
  const { campaign, trials } = board(places, bytes);
  const found = new Set<string>();
  const seconds = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    const { outcome, selections } = decide(campaign, trials);
    found.add(`${outcome}, ${selections.length} selections`);
    return (performance.now() - start) / 1000;
  });
  const [first] = seconds;
  seconds.sort((a, b) => a - b);
  const median = seconds[(RUNS - 1) / 2]!;
  const times = `${first!.toFixed(2)} s at first, ${median.toFixed(2)} s in the median of ${RUNS}`;
  console.log(`${trials.length} rows, ${title}: ${times} (${[...found].join('; ')})`);
}
