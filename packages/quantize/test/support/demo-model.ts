import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoModelFolder, demoTasksFolder, importModel, loadTokenizer } from '@quantloop/models';
import { temporaryFolder } from './model-folder.ts';

export interface DemoModel {
  /** The demo model as an ONNX folder. */
  folder: string;
  /** Calibration texts of the demo model as token sequences. */
  sequences: number[][];
}

/** The demo model with `texts` calibration texts, each cut at `tokens`. */
export async function demoModel(options: { texts?: number; tokens?: number } = {}): Promise<DemoModel> {
  const { texts = 16, tokens = 128 } = options;
  const folder = await temporaryFolder();
  await importModel({ source: demoModelFolder(), folder });
  const tokenizer = await loadTokenizer(folder);
  const lines = readFileSync(join(demoTasksFolder(), 'data', 'calibration.jsonl'), 'utf8').split('\n');
  const sequences = lines
    .slice(0, texts)
    .map((line) => tokenizer.encode((JSON.parse(line) as { text: string }).text).slice(0, tokens));
  return { folder, sequences };
}
