import type { WorkflowHandle } from '@temporalio/client';
import { ROWS_QUERY, type RowsAnswer, type RowsQuestion, type Trial } from '@quantloop/core';
import QuickLru from 'quick-lru';

interface Known extends RowsQuestion {
  rows: Map<string, Trial>;
}

/** Campaigns whose rows are kept: those that somebody looked at last. */
const CAMPAIGNS = 16;

/** The rows of campaigns: a campaign is asked only for what has changed since it was asked last. */
export class CampaignRows {
  readonly #known = new QuickLru<string, Known>({ maxSize: CAMPAIGNS });

  /** @param run of the campaign */
  async of(handle: WorkflowHandle, run: string): Promise<Trial[]> {
    const key = `${handle.workflowId}/${run}`;
    const known = this.#known.get(key) ?? { run: '', revision: 0, rows: new Map<string, Trial>() };
    this.#known.set(key, known);
    let answer: RowsAnswer;
    do {
      const question = { run: known.run, revision: known.revision };
      answer = await handle.query<RowsAnswer, [RowsQuestion]>(ROWS_QUERY, question);
      for (const row of answer.rows) known.rows.set(row.id, row);
      Object.assign(known, { run: answer.run, revision: answer.revision });
    } while (answer.more);
    return [...known.rows.values()];
  }
}
