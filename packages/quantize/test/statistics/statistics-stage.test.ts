import { openStore } from '@quantloop/artifacts';
import { runStage } from '@quantloop/jobs';
import { demoCalibrationFile } from '@quantloop/models';
import { Statistics, statisticsStage } from '@quantloop/quantize';
import { expect, test } from 'vitest';
import { demoModel } from '../support/demo-model.ts';
import { temporaryFolder } from '../support/model-folder.ts';

test('statistics are collected once, by however many they are asked for at once and later', async () => {
  const store = await openStore({ root: await temporaryFolder() });
  const model = await store.putFolder((await demoModel()).folder);
  const text = await store.putFile(demoCalibrationFile(), 'application/jsonl');
  const input = { model, calibration: { text, samples: 4, tokens: 32, seed: 0 } };
  const collect = (job = input) => runStage(statisticsStage, job, { store });
  const [first, ...others] = await Promise.all([collect(), collect(), collect()]);
  const later = await collect();
  for (const { output } of [...others, later]) expect(output).toEqual(first.output);
  expect(later.execution.cached).toBe(true);
  const started = async () => (await store.journal.read()).filter(({ event }) => event === 'started').length;
  expect(await started()).toBe(1);
  const statistics = await Statistics.open(await store.folder(first.output.statistics));
  expect(statistics.values.length).toBeGreaterThan(4);

  const other = await collect({ ...input, calibration: { ...input.calibration, samples: 3 } });
  expect(other.output.statistics.digest).not.toBe(first.output.statistics.digest);
  expect(await started()).toBe(2);
  await store.close();
}, 240_000);
