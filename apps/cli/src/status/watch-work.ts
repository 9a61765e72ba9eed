import { setTimeout as sleep } from 'node:timers/promises';
import { createLogUpdate } from 'log-update';
import { campaignWords, jobWords, workLines } from './work-lines.ts';
import type { Work } from './work.ts';

/** Milliseconds between two looks. */
const EVERY_MS = 1000;

export interface WatchWorkOptions {
  look: () => Promise<Work>;
  /** Each look that differs, as a line of JSON. */
  json: boolean;
  /** Rejects when nobody watches any more. */
  stopped: Promise<never>;
  /** The campaign that is watched, until it has ended; undefined: whatever runs, for ever. */
  only?: string;
}

/** Shows who does what until it is stopped or the campaign has ended: live on a terminal, else what changes, line by line. */
export async function watchWork({ look, json, stopped, only }: WatchWorkOptions): Promise<void> {
  const view = json ? jsonView() : process.stdout.isTTY === true ? liveView() : plainView();
  const leave = new AbortController();
  const looking = async () => {
    for (;;) {
      // A server that restarts is asked again.
      const work = await look().catch(() => undefined);
      if (leave.signal.aborted) return;
      if (work !== undefined) view.show(work);
      if (only !== undefined && work?.campaigns.length === 0) return;
      await sleep(EVERY_MS, undefined, { signal: leave.signal }).catch(() => {});
    }
  };
  try {
    await Promise.race([looking(), stopped]);
  } finally {
    leave.abort();
    view.end();
  }
}

interface View {
  show(work: Work): void;
  end(): void;
}

function liveView(): View {
  const live = createLogUpdate(process.stdout);
  return {
    show: (work) => {
      const { columns = 80, rows = 24 } = process.stdout;
      live(
        workLines(work, columns)
          .slice(0, rows - 1)
          .join('\n'),
      );
    },
    end: () => live.done(),
  };
}

function jsonView(): View {
  let shown = '';
  return {
    show: (work) => {
      const line = JSON.stringify(work);
      if (line !== shown) console.log(JSON.stringify({ time: new Date().toISOString(), ...work }));
      shown = line;
    },
    end: () => {},
  };
}

/** A line when a campaign's trials or phase change, and when a worker takes up or ends a job. */
function plainView(): View {
  const known = new Map<string, string>();
  const changed = (of: string, state: string) => {
    const differs = known.get(of) !== state;
    known.set(of, state);
    return differs;
  };
  return {
    show: ({ campaigns, workers }) => {
      for (const campaign of campaigns) {
        const { name, phase, round, trials, asked } = campaign;
        const state = JSON.stringify([phase, round, trials, asked]);
        if (changed(name, state)) console.log(`${name}: ${campaignWords(campaign)}`);
      }
      for (const { identity, job } of workers) {
        const state =
          job === undefined ? '' : JSON.stringify([job.campaign, job.trial, job.stage, job.attempt]);
        if (changed(identity, state))
          console.log(`${identity}: ${job === undefined ? 'idle' : jobWords(job)}`);
      }
      const there = new Set(workers.map(({ identity }) => identity));
      for (const identity of [...known.keys()].filter((of) => of.includes('/') && !there.has(of))) {
        known.delete(identity);
        console.log(`${identity}: gone`);
      }
    },
    end: () => {},
  };
}
