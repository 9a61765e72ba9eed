import type { Store } from '@quantloop/artifacts';
import {
  PromptAnswers,
  QuantloopError,
  type Trial,
  type WriteReportInput,
  type WriteReportOutput,
} from '@quantloop/core';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { modelCard } from '../card/model-card.ts';
import { renderReport, type RenderReportOptions } from '../render-report.ts';
import type { ReportInput } from '../report-input.ts';
import { reportView } from '../view/report-view.ts';
import { checkOutFolder } from './check-out-folder.ts';
import { placeModel } from './place-model.ts';
import { replaceFolder } from './replace-folder.ts';
import { isSystemError } from './system-error.ts';

export interface WriteReportOptions extends RenderReportOptions {
  /** Where the selected models are. Without it the `winner` folder is left as it was. */
  store?: Store | undefined;
}

/** Top-level names that a report may write. */
const OWNED = [
  'campaign.json',
  'decision.json',
  'trials.json',
  'trials.csv',
  'answers.json',
  'report.html',
  'report.md',
  'plots',
];

/**
 * Writes the files of a run, all or nothing. Other files in the folder are kept.
 * Throws `invalid-spec` where the folder is of another format or not a run's, `disk-full` where there is no room.
 */
export async function writeReport(
  input: ReportInput & Pick<WriteReportInput, 'folder'>,
  { store, ...options }: WriteReportOptions = {},
): Promise<Omit<WriteReportOutput, 'decision'>> {
  const { folder, ...given } = input;
  try {
    const facts = { ...(store && (await readAnswers(given.trials, store))), ...given };
    await checkOutFolder(folder);
    const rendered = await renderReport(facts, options);
    let files: string[] = [];
    await replaceFolder({
      folder,
      owned: store === undefined ? OWNED : [...OWNED, 'winner'],
      fill: async (temporary) => {
        for (const [path, content] of rendered) await put(join(temporary, path), content);
        if (store !== undefined) await placeWinners(facts, store, temporary);
        files = await listing(temporary);
      },
    });
    return { folder, files };
  } catch (error) {
    throw isSystemError(error, 'ENOSPC', 'EDQUOT') ? diskFull(folder, error) : error;
  }
}

/** What the trials answered, where any was asked. */
async function readAnswers(trials: readonly Trial[], store: Store): Promise<Pick<ReportInput, 'answers'>> {
  const answers: NonNullable<ReportInput['answers']> = {};
  for (const { id, answers: stored } of trials) {
    if (stored !== undefined) answers[id] = PromptAnswers.parse(await store.readJson(stored));
  }
  return Object.keys(answers).length === 0 ? {} : { answers };
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { flag: 'wx' });
}

async function placeWinners(input: ReportInput, store: Store, folder: string): Promise<void> {
  const view = reportView(input);
  for (const board of view.boards) {
    for (const each of board.cases) {
      if (each.selection === undefined || each.winnerFolder === undefined) continue;
      const place = join(folder, each.winnerFolder);
      await placeModel(await store.folder(each.selection.artifact), place);
      await put(join(place, 'README.md'), modelCard(view, board, each));
    }
  }
}

async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort();
}

function diskFull(folder: string, cause: unknown): QuantloopError {
  return new QuantloopError({
    code: 'disk-full',
    message: `The disk is full: the report could not be written to ${folder}.`,
    hint: 'Free space there, or choose an output folder on a larger disk; nothing was left half-written.',
    cause,
  });
}
