import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../src/temporal/find-temporal-cli.ts';
import { SCRIPT, startInTerminal } from './support/terminal.ts';

const able = findTemporalCli() !== undefined && SCRIPT !== undefined;
const reason = able ? '' : ' (needs the Temporal CLI and util-linux’s script)';

const CAMPAIGN = `campaign: shown
models:
  - { id: tiny, source: builtin:demo }
targets:
  - { id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }
evaluation:
  fidelity: [{ task: demo_stories, limit: 3 }]
  performance: [{ scenario: single-stream, promptTokens: 4, newTokens: 2, requests: 3 }]
requirements: { metric: model.bytes, maxRatio: 0.5 }
objective: { minimize: model.bytes }
search:
  recipes: [{ method: rtn, bits: 8, granularity: channel }]
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-live-'));
  await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!able)(`run on a terminal${reason}`, { timeout: 240_000 }, () => {
  it('shows at 60 columns what is at work, and says on Ctrl-C what goes on and how to come back', async () => {
    const terminal = startInTerminal(['run', 'campaign.yaml'], { cwd: folder, columns: 60 });
    await terminal.shows('0/2 trials');
    await terminal.shows('▸ ');
    terminal.type('\u0003');
    await terminal.shows('Interrupted.');
    await terminal.shows('Nothing runs now');
    const { code, screen } = await terminal.ended;
    expect([code, screen]).toEqual([
      130,
      expect.stringContaining('`quantloop resume shown` goes on from there.'),
    ]);
    expect((await terminal.seen()).filter(({ wrapped }) => wrapped)).toEqual([]);
  });

  it('comes back at 120 columns, plots the front so far, and leaves only what ended and the decision', async () => {
    const terminal = startInTerminal(['run', 'campaign.yaml'], { cwd: folder, columns: 120 });
    await terminal.shows('2/2 trials');
    await terminal.shows('● front  · beaten  ○ unquantized');
    const { code } = await terminal.ended;
    const seen = await terminal.seen();
    const text = seen.map((line) => line.text).join('\n');
    expect([code, text]).toEqual([0, expect.stringContaining('A model was selected.')]);
    expect(text).toMatch(/✓ baseline .*\n(.*\n)?✓ rtn-int8-channel-sym /);
    expect(text).not.toContain('beaten');
    expect(seen.filter(({ wrapped }) => wrapped)).toEqual([]);
  });

  it('writes lines without a control character where nobody looks, and colours none with NO_COLOR', async () => {
    // Standard error of what runs in this terminal is a file.
    const shell = `"$@" 2>log; code=$?; cat -v log; exit $code`;
    const terminal = startInTerminal(['run', 'campaign.yaml'], {
      cwd: folder,
      columns: 120,
      env: { NO_COLOR: '1' },
      through: ['sh', '-c', shell, 'sh'],
    });
    expect((await terminal.ended).code).toBe(0);
    const log = await readFile(join(folder, 'log'), 'utf8');
    expect(log).toMatch(/^✓ baseline {2}import from cache/m);
    expect(log).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});
