import { createLogUpdate } from 'log-update';
import type { TrialProgress } from '@quantloop/core';
import colors from 'picocolors';
import { bar } from '../output/bar.ts';
import { formatDuration } from '../output/format-duration.ts';
import type { ActiveStage, CampaignSnapshot } from './campaign-snapshot.ts';
import { pauseLines, questionLines } from './question-lines.ts';
import { trialLine, trialName } from './trial-line.ts';

/** Shows how a campaign goes. */
export interface ProgressView {
  /** Milliseconds between two looks that suit this view. */
  readonly every: number;
  note(line: string): void;
  show(snapshot: CampaignSnapshot): void;
  end(): void;
}

/** `json`: nothing; a terminal: bars that move; else a line whenever a trial ends. All on standard error. */
export function progressView(options: { json: boolean }): ProgressView {
  if (options.json) return SILENT;
  return process.stderr.isTTY === true ? liveView() : plainView();
}

const SILENT: ProgressView = { every: 1000, note: () => {}, show: () => {}, end: () => {} };

const finished = (trial: TrialProgress) => trial.status !== 'waiting' && trial.status !== 'running';

/** Calls `print` with what people are asked, and by whom the campaign is held, once for each time. */
function askedPeople(print: (line: string) => void): (snapshot: CampaignSnapshot) => void {
  let shown = '';
  return ({ name, progress: { asked, acts } }) => {
    const lines = [...pauseLines(name, acts), ...(asked === undefined ? [] : questionLines(name, asked))];
    const question = lines.join('\n');
    if (question !== shown && question !== '') print(question);
    shown = question;
  };
}

/** Calls `print` once for each trial of which a look has ended, or that was given up, since the last call. */
function endedTrials(print: (line: string) => void): (trials: readonly TrialProgress[]) => void {
  const known = new Set<string>();
  return (trials) => {
    for (const trial of trials) {
      const ended = `${trial.id} ${trial.effort?.look} ${trial.status}`;
      if (!finished(trial) || known.has(ended)) continue;
      known.add(ended);
      print(trialLine(trial, trialName(trial, trials)));
    }
  };
}

function plainView(): ProgressView {
  const print = (line: string) => console.error(line);
  const printEnded = endedTrials(print);
  const printAsked = askedPeople(print);
  let phase = '';
  const retried = new Set<string>();
  return {
    every: 400,
    note: print,
    show: (snapshot) => {
      const { progress, active } = snapshot;
      printEnded(progress.trials);
      if (progress.phase !== phase && progress.phase !== 'done') print(colors.dim(`… ${progress.phase}`));
      phase = progress.phase;
      printAsked(snapshot);
      for (const [id, { stage, attempt, lastFailure }] of active) {
        const key = `${id} ${stage} ${attempt}`;
        if (attempt === 1 || lastFailure === undefined || retried.has(key)) continue;
        retried.add(key);
        print(colors.yellow(`  ${id} ${stage}: attempt ${attempt} after: ${lastFailure}`));
      }
    },
    end: () => {},
  };
}

function liveView(): ProgressView {
  const live = createLogUpdate(process.stderr);
  const print = (line: string) => {
    live.clear();
    console.error(line);
  };
  const printEnded = endedTrials(print);
  const printAsked = askedPeople(print);
  const started = Date.now();
  return {
    every: 200,
    note: print,
    show: (snapshot) => {
      const { progress, active } = snapshot;
      printEnded(progress.trials);
      printAsked(snapshot);
      const { trials, phase, round } = progress;
      const done = trials.filter(finished).length;
      const head = `${bar(done / trials.length, 24)} ${done}/${trials.length} trials  ${phase}${round > 1 ? `, round ${round}` : ''}  ${formatDuration((Date.now() - started) / 1000)}`;
      const rows = [...active].map(([id, stage]) => {
        const trial = trials.find((candidate) => candidate.id === id);
        return stageRow(trial === undefined ? 'campaign' : trialName(trial, trials), stage);
      });
      // log-update cuts lines to the terminal's width.
      live([head, ...rows.slice(0, Math.max(1, (process.stderr.rows ?? 24) - 3))].join('\n'));
    },
    end: () => live.clear(),
  };
}

function stageRow(name: string, { stage, attempt, queued, progress, lastFailure }: ActiveStage): string {
  const again =
    attempt > 1
      ? colors.yellow(` attempt ${attempt}${lastFailure === undefined ? '' : ` (${lastFailure})`}`)
      : '';
  const what = `${colors.cyan('▸')} ${name}  ${stage}${again}`;
  if (queued) return `${what}  ${colors.dim('waiting for a worker')}`;
  if (progress === undefined || progress.total === 0) return what;
  const { done, total, unit, note } = progress;
  return `${what}  ${bar(done / total, 16)} ${done}/${total} ${unit}${note === undefined ? '' : colors.dim(` ${note}`)}`;
}
