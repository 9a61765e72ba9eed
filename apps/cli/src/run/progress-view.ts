import type { CampaignSnapshot } from './campaign-snapshot.ts';
import type { BoardLook } from './live-board.ts';
import { liveView } from './live-view.ts';
import { plainView } from './plain-view.ts';

/** Shows how a campaign goes. */
export interface ProgressView {
  /** Milliseconds between two looks that suit this view. */
  readonly every: number;
  /** Whether it has a use for what was measured. */
  readonly plots: boolean;
  note(line: string): void;
  show(snapshot: CampaignSnapshot, board?: BoardLook): void;
  end(): void;
}

/** `json`: nothing; a terminal: a picture that moves; else a line whenever a trial ends. All on standard error. */
export function progressView(options: { json: boolean }): ProgressView {
  if (options.json) return SILENT;
  return process.stderr.isTTY === true ? liveView(process.stderr) : plainView();
}

const SILENT: ProgressView = {
  every: 1000,
  plots: false,
  note: () => {},
  show: () => {},
  end: () => {},
};
