import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrialsFile } from '@quantloop/report';
import { expect, it } from 'vitest';
import { findTemporalCli } from '../../src/temporal/find-temporal-cli.ts';
import { scaleCampaign } from './scale-campaign.ts';

const present = findTemporalCli() !== undefined;
const reason = present ? '' : ' (needs the Temporal CLI: npm run setup)';

it.skipIf(!present)(
  `a campaign of 525 trials goes on in a new run before its history is long, and ends with every row${reason}`,
  { timeout: 900_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quantloop-scale-'));
    try {
      const { result, histories, trials, progress } = await scaleCampaign({
        folder,
        models: 5,
        targets: 5,
        recipes: 20,
        suggestAt: 1000,
      });
      expect(trials).toBe(525);
      expect(result.decision.outcome).toBe('selected');
      expect(result.decision.selections).toHaveLength(25);
      expect(histories.length).toBeGreaterThan(2);
      expect(Math.max(...histories)).toBeLessThan(4000);
      expect(new Set(progress.trials.map(({ id, status }) => `${id} ${status}`)).size).toBe(trials);
      expect(progress.trials.every(({ status }) => status === 'measured')).toBe(true);
      const text = await readFile(join(result.folder, 'trials.json'), 'utf8');
      const rows = (JSON.parse(text) as TrialsFile).trials;
      expect(rows).toHaveLength(trials);
      for (const { metrics, status } of rows) {
        expect(status).toBe('measured');
        expect(Object.keys(metrics).length).toBeGreaterThan(40);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
