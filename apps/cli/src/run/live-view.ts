import { bar } from '../output/bar.ts';
import { createLogUpdate } from 'log-update';
import colors from 'picocolors';
import { cutLine, foldLines, lengthOf } from '../output/fit-lines.ts';
import { formatDuration } from '../output/format-duration.ts';
import type { ActiveStage, CampaignSnapshot } from './campaign-snapshot.ts';
import { frontPlot } from './front-plot.ts';
import type { BoardLook } from './live-board.ts';
import { askedPeople, endedTrials, hasEnded } from './news-lines.ts';
import { Pace } from './pace.ts';
import type { ProgressView } from './progress-view.ts';
import { trialName } from './trial-line.ts';

/** The longest name of a trial that leaves room for the rest of its line. */
const NAME = 28;
/** Fewer rows show no shape. */
const PLOT = { least: 4, most: 9, frame: 4 };

/** One picture that moves: how far all is, what each stage at work does, the front so far. What ended stays above it. */
export function liveView(stream: NodeJS.WriteStream): ProgressView {
  const live = createLogUpdate(stream);
  const pace = new Pace();
  const print = (line: string) => {
    live.clear();
    stream.write(`${foldLines(line, stream)}\n`);
  };
  const printEnded = endedTrials(print);
  const printAsked = askedPeople(print);
  const started = Date.now();
  return {
    every: 200,
    plots: true,
    note: print,
    show: (snapshot, board) => {
      printEnded(snapshot.progress.trials);
      printAsked(snapshot);
      // In the last column terminals differ about when a line is full.
      const size = { width: stream.columns - 1, height: stream.rows - 1 };
      live(picture(snapshot, { board, pace, size, seconds: (Date.now() - started) / 1000 }).join('\n'));
    },
    end: () => live.clear(),
  };
}

interface PictureOptions {
  board: BoardLook | undefined;
  pace: Pace;
  size: { width: number; height: number };
  /** Since this began to look. */
  seconds: number;
}

function picture(snapshot: CampaignSnapshot, options: PictureOptions): string[] {
  const { board, pace, size } = options;
  const { trials } = snapshot.progress;
  const stages = [...snapshot.active].map(([id, stage]) => {
    const trial = trials.find((candidate) => candidate.id === id);
    return { id, stage, name: trial === undefined ? 'campaign' : trialName(trial, trials) };
  });
  const longest = Math.min(NAME, Math.max(0, ...stages.map(({ name }) => lengthOf(name))));
  const rows = stages.map(({ id, name, stage }) => {
    const named = cutLine(name, longest).padEnd(longest);
    return cutLine(stageLine(named, stage, { key: id, pace, width: size.width }), size.width);
  });
  const top = [...headLines(snapshot, options), ...rows.slice(0, Math.max(1, size.height - 3))];
  const room = size.height - top.length - PLOT.frame - 1;
  if (board === undefined || room < PLOT.least) return top;
  const plot = frontPlot(board, { width: Math.min(size.width, 100), height: Math.min(PLOT.most, room) });
  return plot.length === 0 ? top : [...top, '', ...plot];
}

function headLines({ name, progress }: CampaignSnapshot, { pace, size, seconds }: PictureOptions): string[] {
  const { trials, phase, round } = progress;
  const done = trials.filter(hasEnded).length;
  const rate = pace.see('trials', done);
  const left = rate === undefined || done === trials.length ? '' : aboutLeft((trials.length - done) / rate);
  const where = `${phase}${round > 1 ? `, round ${round}` : ''}`;
  const counted = `${done}/${trials.length} trials`;
  const times = [formatDuration(seconds), left].filter((part) => part !== '').join(', ');
  return [
    `${colors.bold(name)}  ${where}  ${colors.dim(times)}`,
    `${bar(done / trials.length, size.width - lengthOf(counted) - 1)} ${counted}`,
  ].map((line) => cutLine(line, size.width));
}

function stageLine(
  name: string,
  { stage, attempt, queued, progress, lastFailure }: ActiveStage,
  { key, pace, width }: { key: string; pace: Pace; width: number },
): string {
  const again =
    attempt > 1
      ? colors.yellow(` attempt ${attempt}${lastFailure === undefined ? '' : ` (${lastFailure})`}`)
      : '';
  const what = `${colors.cyan('▸')} ${name}  ${stage}${again}`;
  if (queued) return `${what}  ${colors.dim('waiting for a worker')}`;
  if (progress === undefined || progress.total === 0) return what;
  const { done, total, unit, note } = progress;
  // A stage may count one thing after another.
  const rate = pace.see(`${key} ${stage} ${attempt} ${unit} ${total}`, done);
  const speed =
    rate === undefined || done >= total ? [] : [perSecond(rate), aboutLeft((total - done) / rate)];
  const parts = [
    `${bar(done / total, width < 90 ? 8 : 16)} ${done}/${total} ${unit}`,
    ...[...speed, ...(note === undefined ? [] : [note])].map((text) => colors.dim(text)),
  ];
  return [what, ...parts].join('  ');
}

const perSecond = (rate: number) =>
  rate < 1 ? `${(60 * rate).toFixed(1)}/min` : `${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`;

const aboutLeft = (seconds: number) => `about ${formatDuration(seconds)} left`;
