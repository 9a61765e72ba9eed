import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { NightFile } from '@quantloop/core';
import type { PastRun } from '@quantloop/dashboard';
import { readRun } from '@quantloop/report';
import QuickLru from 'quick-lru';

/** Runs that are shown: the newest. */
const SHOWN = 60;

/** What the runs of campaigns came to, from their folders. A run that has ended stays as it is. */
export class RunHistory {
  readonly #known = new QuickLru<string, PastRun>({ maxSize: 10 * SHOWN });

  /** @param folder of any run of the campaign, beside the others; the oldest first */
  async beside(folder: string): Promise<PastRun[]> {
    const all = dirname(folder);
    const names = (await readdir(all).catch(() => [])).sort().slice(-SHOWN);
    const runs = await Promise.all(names.map((name) => this.#read(join(all, name)).catch(() => undefined)));
    return runs.filter((run) => run !== undefined);
  }

  /** Throws where the run has not ended, or another version wrote it. */
  async #read(folder: string): Promise<PastRun> {
    const known = this.#known.get(folder);
    if (known !== undefined) return known;
    const { campaign, decision, trials } = await readRun(folder);
    const night = await readFile(join(folder, 'night.json'), 'utf8').then(
      (text) => NightFile.safeParse(JSON.parse(text)).data,
      () => undefined,
    );
    const run: PastRun = {
      run: basename(folder),
      outcome: decision.outcome,
      scenarios: campaign.performance,
      selected: decision.selections.map(({ model, target, scenario, trial, label }) => ({
        ...{ model, target, scenario, label },
        metrics: trials.find(({ id }) => id === trial)?.metrics ?? {},
      })),
      ...(night !== undefined && { events: night.events }),
    };
    this.#known.set(folder, run);
    return run;
  }
}
