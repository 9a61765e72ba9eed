import type { Trial } from '../board/trial.ts';
import type { RowsAnswer, RowsQuestion } from './messages.ts';

/** Rows of an answer, each of some three kilobytes; a payload may have two million. */
const MOST = 200;

/** The rows of a board for who follows it, and wants of each look only what is new. */
export class RowFeed {
  /** In the order of their latest change. */
  readonly #rows = new Map<string, { row: Trial; revision: number }>();
  #revision = 0;

  changed(row: Trial): void {
    this.#revision += 1;
    this.#rows.delete(row.id);
    this.#rows.set(row.id, { row, revision: this.#revision });
  }

  /**
   * The first of the rows that changed after what is known. All are new to who knows of another run of the workflow.
   *
   * @param run id of this run of the workflow
   */
  since({ run: known, revision }: RowsQuestion, run: string): RowsAnswer {
    const after = known === run ? revision : 0;
    const news = [...this.#rows.values()].filter((each) => each.revision > after);
    const told = news.slice(0, MOST);
    return {
      run,
      revision: told.at(-1)?.revision ?? after,
      rows: told.map(({ row }) => row),
      more: news.length > told.length,
    };
  }
}
