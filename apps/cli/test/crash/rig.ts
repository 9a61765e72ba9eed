import { strict as assert } from 'node:assert';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '@quantloop/artifacts';
import {
  decisionWithoutTimings,
  newSite,
  repeatedStages,
  type CampaignSite,
  type RunningCommand,
} from './campaign-site.ts';
import { descendants, killAtOnce } from './processes.ts';

/** The sites and commands of some tests, and the decision that each of its campaigns is to come to. */
export class Rig {
  readonly #started: RunningCommand[] = [];
  readonly #sites: CampaignSite[] = [];
  #undisturbed = '';
  #jobs = 0;

  /** A folder for one campaign. */
  async site(): Promise<CampaignSite> {
    const made = await newSite();
    this.#sites.push(made);
    return made;
  }

  begin(site: CampaignSite, args: string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
    const command = site.start(args, env);
    this.#started.push(command);
    return command;
  }

  run(site: CampaignSite, env: NodeJS.ProcessEnv = {}): RunningCommand {
    return this.begin(site, ['run', 'campaign.json', '--json'], env);
  }

  /** The run's folder, of a command that ends well. */
  async finish({ ended }: RunningCommand): Promise<string> {
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, stderr + stdout);
    return (JSON.parse(stdout) as { folder: string }).folder;
  }

  /** Runs the campaign without a fault, to compare with. */
  async runUndisturbed(): Promise<void> {
    const place = await this.site();
    this.#undisturbed = await decisionWithoutTimings(await this.finish(this.run(place)));
    this.#jobs = jobsOf(await place.journal()).size;
  }

  /** That a campaign decided as the undisturbed one, with the same jobs, none of them again once it was finished. */
  async expectUndisturbed(site: CampaignSite, folder: string): Promise<JournalEntry[]> {
    const journal = await site.journal();
    await this.expectDecision(folder);
    assert.deepEqual(repeatedStages(journal), []);
    assert.equal(jobsOf(journal).size, this.#jobs);
    return journal;
  }

  async expectDecision(folder: string): Promise<void> {
    assert.equal(await decisionWithoutTimings(folder), this.#undisturbed);
  }

  /** Ends what still runs, and clears the sites away. */
  async end(): Promise<void> {
    for (const { pid, child } of this.#started) {
      if (child.exitCode === null) killAtOnce([pid, ...descendants(pid).map((entry) => entry.pid)]);
    }
    for (const place of this.#sites) {
      const pid = await place.serverPid().catch(() => undefined);
      if (pid !== undefined) killAtOnce([pid]);
    }
    await Promise.all(this.#started.map(({ ended }) => ended));
    for (const { folder } of this.#sites) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits until the job of a stage has left its first block, then for a random moment more; answers its key. */
export async function midway(place: CampaignSite, stage: string): Promise<string> {
  for (;;) {
    const found = (await place.checkpointed()).find((job) => job.stage === stage);
    if (found !== undefined) {
      await sleep(Math.random() * 80);
      return found.key;
    }
    await sleep(3);
  }
}

export async function until<T>(read: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await Promise.resolve()
      .then(read)
      .catch(() => undefined);
    if (found !== undefined) return found;
    await sleep(20);
  }
}

const jobsOf = (journal: readonly JournalEntry[]) =>
  new Set(journal.filter(({ event }) => event === 'finished').map(({ key }) => key));
