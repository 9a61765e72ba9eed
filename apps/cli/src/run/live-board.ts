import type { WorkflowHandle } from '@temporalio/client';
import { CAMPAIGN_QUERY, inForce, type Campaign, type CampaignProgress, type Trial } from '@quantloop/core';
import { CampaignRows } from './campaign-rows.ts';
import { hasEnded } from './news-lines.ts';

/** What a running campaign has measured, and by what it is judged. */
export interface BoardLook {
  campaign: Campaign;
  rows: readonly Trial[];
}

/** The board of one campaign as it grows: asked for only when a trial has ended. */
export class LiveBoard {
  readonly #handle: WorkflowHandle;
  readonly #rows = new CampaignRows();
  #campaign: Promise<Campaign> | undefined;
  #ended = '';
  #look: BoardLook | undefined;

  constructor(handle: WorkflowHandle) {
    this.#handle = handle;
  }

  async after({ run, trials, acts }: CampaignProgress): Promise<BoardLook | undefined> {
    const ended = trials.filter(hasEnded).map(({ id, effort }) => `${id} ${effort?.look}`);
    const key = [...ended, acts.length].join();
    if (ended.length === 0 || key === this.#ended) return this.#look;
    this.#campaign ??= this.#handle.query<Campaign>(CAMPAIGN_QUERY);
    const [campaign, rows] = await Promise.all([this.#campaign, this.#rows.of(this.#handle, run)]);
    this.#look = { campaign: inForce(campaign, acts), rows };
    this.#ended = key;
    return this.#look;
  }
}
