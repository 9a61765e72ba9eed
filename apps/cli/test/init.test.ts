import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from './support/run-cli.ts';
import { SCRIPT, startInTerminal } from './support/terminal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quantloop-init-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const quantloop = (...args: string[]) => runCli(args, { cwd: folder });
const texts = Array.from({ length: 40 }, (_, i) => `Once upon a time there were ${i} little dogs.`).join(
  '\n',
);

describe('init', () => {
  it.each([
    [['--use', 'both', '--loss', '1%', '--aim', 'fastest']],
    [['--use', 'batches', '--loss', '0.1']],
    [['--texts', 'texts.txt']],
  ])('writes a campaign that is valid, and whose plan holds: %s', async (answers) => {
    await writeFile(join(folder, 'texts.txt'), texts);
    const written = await quantloop('init', 'My first.yaml', '--yes', '--json', ...answers);
    expect([written.code, JSON.parse(written.stdout)]).toMatchObject([0, { file: 'My first.yaml' }]);
    expect(await readFile(join(folder, 'My first.yaml'), 'utf8')).toContain('campaign: my-first\n');
    const { code, stdout } = await quantloop('plan', 'My first.yaml', '--json');
    expect({ code, stdout: code === 0 ? '' : stdout }).toEqual({ code: 0, stdout: '' });
  });

  it('writes over nothing, and nothing that is wrong', async () => {
    await writeFile(join(folder, 'campaign.yaml'), 'mine');
    expect((await quantloop('init', '--yes')).stderr).toContain('campaign.yaml is there already');
    expect(await readFile(join(folder, 'campaign.yaml'), 'utf8')).toBe('mine');
    const unsaid = await quantloop('init', 'other.yaml', '--yes', '--model', '.');
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining('--texts texts.jsonl')]);
    const missing = await quantloop(
      'init',
      'other.yaml',
      '--yes',
      '--model',
      './no-such',
      '--texts',
      'campaign.yaml',
    );
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('no-such')]);
    expect(await readdir(folder)).toEqual(['campaign.yaml']);
  });
});

const reason = SCRIPT === undefined ? ' (needs script of util-linux)' : '';
describe.skipIf(SCRIPT === undefined)(`init in a terminal${reason}`, { timeout: 60_000 }, () => {
  it.each([60, 120])('asks, at %i columns, and takes what is chosen', async (columns) => {
    const terminal = startInTerminal(['init', 'asked.yaml'], { cwd: folder, columns });
    await terminal.shows('Which model?');
    terminal.type('\r');
    await terminal.shows('How is it used?');
    terminal.type('\u001B[B\r');
    await terminal.shows('How much may it lose?');
    terminal.type('\u001B[A\r');
    await terminal.shows('Which of those that are left?');
    terminal.type('\r');
    const { code, screen } = await terminal.ended;
    expect([code, screen]).toEqual([0, expect.stringContaining('quantloop run asked.yaml')]);
    const file = await readFile(join(folder, 'asked.yaml'), 'utf8');
    expect(file).toContain('scenario: offline');
    expect(file).not.toContain('scenario: single-stream');
    expect(file).toContain('maxDrop: 1%');
  });

  it('writes nothing where it is interrupted', async () => {
    const terminal = startInTerminal(['init'], { cwd: folder, columns: 80 });
    await terminal.shows('Which model?');
    terminal.type('\u0003');
    const { code, screen } = await terminal.ended;
    expect([code, screen]).toEqual([130, expect.stringContaining('Nothing was written.')]);
    expect(await readdir(folder)).toEqual([]);
  });
});
