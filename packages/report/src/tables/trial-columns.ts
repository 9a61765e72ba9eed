import type { Trial } from '@quantloop/core';
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { observedWords, VERDICT_MARK, VERDICT_WORD } from '../view/verdict-words.ts';
import { formatDuration, formatInterval, formatMeasurement } from '../view/format.ts';
import { gainOf, gainWords } from '../view/headline.ts';
import type { Board, Case, ReportView } from '../view/report-view.ts';
import { secondsOf } from '../view/seconds-of.ts';
import { verdictOn } from '../view/verdict-on.ts';

export interface TrialColumn {
  /** Its name in the address of a page. */
  id: string;
  title: string;
  /** Second line of the heading. */
  note?: string;
  numeric?: boolean;
  cell(view: ReportView, board: Board, trial: Trial): TrialCell;
}

export interface TrialCell {
  text: string;
  /** What the column is sorted by; a missing one comes last. */
  order?: number | string | undefined;
  /** Second line of the cell. */
  note?: string;
  html?: () => ComponentChildren;
}

/** The columns of the table of all trials, in order. */
export function trialColumns(view: ReportView): TrialColumn[] {
  const { campaign } = view;
  return [
    { id: 'trial', title: 'trial', cell: (_view, board, trial) => nameCell(board, trial) },
    ...(campaign.models.length > 1 ? [plain('model', (trial) => trial.model)] : []),
    ...(campaign.targets.length > 1 ? [plain('target', (trial) => trial.target)] : []),
    ...campaign.performance.map((scenario, index): TrialColumn => ({
      id: `verdict:${scenario.name}`,
      title: campaign.performance.length === 1 ? 'requirements' : scenario.name,
      ...(campaign.performance.length === 1 ? {} : { note: 'requirements' }),
      cell: (_view, board, trial) => verdictCell(view, board.cases[index]!, trial),
    })),
    {
      id: 'quality',
      title: 'quality',
      note: view.boards.find(({ quality }) => quality !== undefined)?.quality?.metric ?? '',
      numeric: true,
      cell: (_view, board, trial) => metricCell(trial, board.quality?.metric),
    },
    ...campaign.performance.map((_scenario, index): TrialColumn => ({
      id: view.boards[0]!.cases[index]!.speed.metric,
      title: 'speed',
      note: view.boards[0]!.cases[index]!.speed.metric,
      numeric: true,
      cell: (_view, board, trial) => speedCell(board, board.cases[index]!, trial),
    })),
    {
      id: 'model.bytes',
      title: 'size',
      note: 'model.bytes',
      numeric: true,
      cell: (_view, _board, trial) => metricCell(trial, 'model.bytes'),
    },
    {
      id: 'memory.peak',
      title: 'memory',
      note: 'memory.peak',
      numeric: true,
      cell: (_view, _board, trial) => metricCell(trial, 'memory.peak'),
    },
    ...(view.trials.some((trial) => trial.round > 1) ? [roundColumn] : []),
    {
      id: 'took',
      title: 'took',
      numeric: true,
      cell: (_view, _board, trial) => ({ text: formatDuration(secondsOf(trial)), order: secondsOf(trial) }),
    },
  ];
}

const plain = (title: string, read: (trial: Trial) => string): TrialColumn => ({
  ...{ id: title, title },
  cell: (_view, _board, trial) => ({ text: read(trial) }),
});

const roundColumn: TrialColumn = {
  id: 'round',
  title: 'round',
  numeric: true,
  cell: (_view, _board, trial) => ({ text: String(trial.round), order: trial.round }),
};

function nameCell(board: Board, trial: Trial): TrialCell {
  const won = board.cases.filter((each) => each.winner === trial).map((each) => each.scenario.name);
  const notes = [
    ...(won.length > 0 ? [`selected for ${won.join(', ')}`] : []),
    ...(trial.simulated ? ['simulated'] : []),
    ...(trial.status === 'measured' ? [] : [trial.failure?.code ?? trial.status]),
  ];
  return { text: trial.label, note: notes.join('; ') };
}

function verdictCell(view: ReportView, { scenario }: Case, trial: Trial): TrialCell {
  const verdicts = view.decision.verdicts[trial.id]?.[scenario.name] ?? [];
  const overall = verdictOn(view, trial, scenario.name);
  if (overall === undefined) return { text: '', order: 3 };
  const marks = verdicts.map((verdict) => VERDICT_MARK[verdict.result]).join('');
  return {
    text: `${VERDICT_WORD[overall]} ${marks}`,
    order: { pass: 0, inconclusive: 1, fail: 2 }[overall],
    html: () =>
      html`<span class=${`chip ${overall}`}>${VERDICT_WORD[overall]}</span>${' '}
        ${verdicts.map(
          (verdict) =>
            html`<span
              class=${`mark ${verdict.result}`}
              title=${`${verdict.metric} ${verdict.requirement}: ${observedWords(view, verdict)}`}
              >${VERDICT_MARK[verdict.result]}</span
            >`,
        )}`,
  };
}

/** A measurement with its interval. */
export function metricCell(trial: Trial, metric: string | undefined): TrialCell {
  const measurement = metric === undefined ? undefined : trial.metrics[metric];
  const order = measurement?.value;
  return {
    text: formatMeasurement(measurement),
    order: Number.isFinite(order) ? order : undefined,
    note: formatInterval(measurement),
  };
}

function speedCell(board: Board, { speed }: Case, trial: Trial): TrialCell {
  const cell = metricCell(trial, speed.metric);
  const gain = trial === board.baseline ? undefined : gainOf(speed, trial, board.baseline);
  if (trial.simulated) return { ...cell, note: 'no evidence' };
  return gain === undefined ? cell : { ...cell, note: gainWords(gain.value, ['faster', 'slower']).join(' ') };
}
