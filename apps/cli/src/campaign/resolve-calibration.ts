import { dirname, resolve } from 'node:path';
import type { Store } from '@quantloop/artifacts';
import {
  CalibrationSource,
  QuantloopError,
  type Calibration,
  type CampaignFile,
  type SpecIssue,
} from '@quantloop/core';
import { demoCalibrationFile } from '@quantloop/models';
import { storeTexts } from './store-texts.ts';

/**
 * The calibration texts of a campaign as an artifact: those of its file, or where all models are built in, theirs. None
 * with other models: whether that is an issue depends on the recipes.
 */
export async function resolveCalibration(options: {
  file: CampaignFile;
  campaignFile: string;
  store: Store;
}): Promise<{ calibration?: Calibration; issues: SpecIssue[] }> {
  const { file, campaignFile, store } = options;
  const written = file.calibration && {
    ...file.calibration,
    file: resolve(dirname(campaignFile), file.calibration.file),
  };
  const source =
    written ?? (file.models.every(({ source }) => isBuiltin(source)) ? demoCalibration() : undefined);
  if (source === undefined) return { issues: [] };
  try {
    return { calibration: await storeCalibration(source, store), issues: [] };
  } catch (error) {
    if (!(error instanceof QuantloopError)) throw error;
    const { message, hint } = error;
    return { issues: [{ path: ['calibration'], message, ...(hint === undefined ? {} : { hint }) }] };
  }
}

/** Puts the texts into the store. */
export async function storeCalibration(source: CalibrationSource, store: Store): Promise<Calibration> {
  const { samples, tokens, seed } = source;
  return { text: await storeTexts(source, store), samples, tokens, seed };
}

/** The texts that the demo model comes with. */
export const demoCalibration = (): CalibrationSource =>
  CalibrationSource.parse({ file: demoCalibrationFile() });

export const isBuiltin = (source: string): boolean => source.startsWith('builtin:');
