import { Statistics } from '@quantloop/quantize';
import { ChannelSums } from '../../src/statistics/channel-sums.ts';
import { StatisticsWriter } from '../../src/statistics/statistics-file.ts';
import { temporaryFolder } from './model-folder.ts';

/** Statistics of one value of which rows of k numbers were seen; its moments are zeros. */
export async function statisticsOfRows(value: string, k: number, rows: Float32Array): Promise<Statistics> {
  const folder = await temporaryFolder();
  await using writer = await StatisticsWriter.open(folder);
  const sums = new ChannelSums(k);
  sums.add(rows);
  await writer.append(value, sums.result(), new Float32Array(k * k));
  await writer.commit();
  return Statistics.open(folder);
}
