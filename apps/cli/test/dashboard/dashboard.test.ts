import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTemporalCli } from '../../src/temporal/find-temporal-cli.ts';
import { startCli, type StartedCli } from '../support/run-cli.ts';
import { descendants, killAtOnce } from '../crash/processes.ts';
import { violations } from '../../../../test-support/accessibility.ts';
import { CHROMIUM, launchBrowser } from '../../../../test-support/browser.ts';

const CAMPAIGN = `campaign: shown
models: [{ id: tiny, source: builtin:demo }]
targets: [{ id: this-cpu, engine: { kind: onnxruntime, provider: cpu, threads: 1 } }]
evaluation:
  fidelity: [{ task: demo_stories }, { task: demo_agreement }]
  performance: [{ scenario: single-stream, promptTokens: 16, newTokens: 48, requests: 100 }]
requirements: { metric: model.bytes, maxRatio: 0.6 }
objective: { minimize: model.bytes }
search: { recipes: [{ method: rtn, bits: [8, 4], granularity: [channel, { group: 32 }] }] }
budget: { trials: 4 }
approval: true
`;
const SHOTS = join(import.meta.dirname, '../../dist-test/dashboard');
const missing = [
  ...(findTemporalCli() === undefined ? ['the Temporal CLI: npm run setup'] : []),
  ...(CHROMIUM === undefined ? ['chromium on the PATH'] : []),
  ...(process.platform === 'linux' ? [] : ['/proc']),
];
const reason = missing.length === 0 ? '' : ` (needs ${missing.join(', ')})`;

describe.skipIf(missing.length > 0)(`the dashboard of a live campaign${reason}`, { timeout: 240_000 }, () => {
  const started: StartedCli[] = [];
  let folder: string;
  let run: StartedCli;
  let url: string;
  /** Folder of the first run. */
  let first: string;
  let browser: Browser;
  let page: Page;
  const trouble: string[] = [];

  const start = (...args: string[]) => {
    const command = startCli(args, { cwd: folder });
    started.push(command);
    return command;
  };

  /** Fills in what the action asks, and confirms it. */
  const confirm = async (action: string, values: Record<string, string>) => {
    await page
      .getByRole('button', { name: `${action} …` })
      .first()
      .click();
    const dialog = page.getByRole('dialog');
    for (const [label, value] of Object.entries(values)) await dialog.getByLabel(label).fill(value);
    await dialog.getByRole('button', { name: action, exact: true }).click();
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-dashboard-'));
    await mkdir(SHOTS, { recursive: true });
    await writeFile(join(folder, 'campaign.yaml'), CAMPAIGN);
    browser = await launchBrowser();
    run = start('run', 'campaign.yaml', '--json', '--no-workers');
    url = await dashboardUrl(start('dashboard', '--json'));
    page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    // That a killed worker's heartbeats are missed takes half a minute.
    page.setDefaultTimeout(120_000);
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(String(error)));
  });

  afterAll(async () => {
    await browser?.close();
    // The dashboard leaves the server last, and so stops it.
    for (const { child } of started) if (child.exitCode === null) child.kill('SIGINT');
    await Promise.all(started.map(({ ended }) => ended));
    await rm(folder, { recursive: true, force: true });
  });

  it('lets nobody in without the token, and keeps it from scripts', async () => {
    const { origin } = new URL(url);
    for (const path of ['/', '/api/campaigns', '/?token=wrong', '/api/campaigns/shown/events']) {
      expect([path, (await fetch(origin + path)).status]).toEqual([path, 401]);
    }
    await page.goto(url);
    expect(page.url()).toBe(`${origin}/`);
    expect(await page.evaluate('document.cookie')).toBe('');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  });

  it('shows that nobody works yet, then who works on what', async () => {
    await page.getByText('waits for a worker').first().waitFor();
    start('worker', '--prepare', '--json');
    const target = start('worker', '--target', 'this-cpu', '--json');
    const own = page.locator('.workers li', { hasText: `/this-cpu/${target.child.pid}` });
    await own.filter({ hasText: /evaluate\w+ \d+ of \d+ \w+, about .* left/ }).waitFor();
    await page.locator('.log li', { hasText: 'tiny.this-cpu.baseline evaluateFidelity begun' }).waitFor();
    killAtOnce([target.child.pid!, ...descendants(target.child.pid!).map(({ pid }) => pid)]);
    await own.waitFor({ state: 'detached' });
  });

  it('is paused and resumed by who confirms it', async () => {
    for (const [action, words] of [
      ['Pause', 'ann paused it'],
      ['Resume', 'ann let it go on'],
    ] as const) {
      await confirm(action, { 'Your name': 'ann' });
      await page.getByText(words).waitFor();
      expect((await page.locator('.phase').textContent())!.startsWith('paused')).toBe(action === 'Pause');
    }
  });

  it('goes on with a worker that joins, and shows the board and the front as trials end', async () => {
    const ended = Number(await page.getByLabel('Trials that ended').getAttribute('value'));
    const next = start('worker', '--target', 'this-cpu', '--json');
    await page.locator('.workers li', { hasText: `/this-cpu/${next.child.pid}` }).waitFor();
    await page.getByRole('img', { name: 'Quality and size' }).waitFor();
    await page.getByRole('heading', { name: 'Does what is proposed hold?' }).waitFor();
    expect(Number(await page.getByLabel('Trials that ended').getAttribute('value'))).toBeGreaterThan(ended);
    expect(await page.locator('tr.leads th').textContent()).toContain('rtn-int4-channel-sym');
  });

  it.each([
    ['light', 1280, 'light'],
    ['dark', 1280, 'dark'],
    ['narrow', 390, 'light'],
  ] as const)('has nothing that axe minds and nothing cut off: %s', async (name, width, colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  it('refuses changes from pages of other origins, and changes that are none', async () => {
    const { origin } = new URL(url);
    const [cookie] = await page.context().cookies();
    const post = (from: string | undefined, body: unknown) =>
      fetch(`${origin}/api/campaigns/shown/acts`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          cookie: `${cookie!.name}=${cookie!.value}`,
          ...(from !== undefined && { origin: from }),
        },
      });
    const approve = { kind: 'approve', by: 'ann' };
    for (const from of ['http://evil.example', 'null', undefined]) {
      expect((await post(from, approve)).status).toBe(403);
    }
    expect((await post(origin, { kind: 'approve' })).status).toBe(400);
    const refused = await post(origin, { kind: 'reject', by: 'ann', trial: 'no-such', reason: 'why' });
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { error: { message: expect.stringContaining('no trial "no-such"') as string } },
    ]);
    expect(await page.getByRole('heading', { name: 'Does what is proposed hold?' }).count()).toBe(1);
  });

  it('cannot be paused while it asks people', async () => {
    expect(await page.getByRole('button', { name: 'Finish …' }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Pause …' }).count()).toBe(0);
  });

  it('takes other limits, and says why it does not take a recipe', async () => {
    const changed = { 'model.bytes maxRatio': '55%', Why: 'there is room', 'Your name': 'ann' };
    await confirm('Change limits', { ...changed, 'model.bytes maxRatio': 'half' });
    await page.getByRole('alert').filter({ hasText: '"half" is not a quantity' }).waitFor();
    await page.getByRole('button', { name: 'Leave it' }).click();
    await confirm('Change limits', { ...changed, 'model.bytes maxRatio': '0.55' });
    await page.getByText('ann asked for model.bytes maxRatio 0.55 instead of').waitFor();
    const recipe = (text: string) => ({ 'As in a campaign file': text, 'Your name': 'ann' });
    await confirm('Add a recipe', recipe('method: rnt'));
    await page.getByRole('alert').filter({ hasText: 'Did you mean "rtn"?' }).waitFor();
    await page.getByRole('button', { name: 'Leave it' }).click();
    await confirm('Add a recipe', recipe('{ method: rtn, bits: 3 }'));
    await page.getByRole('alert').filter({ hasText: 'more than the budget of 4' }).waitFor();
    await page.screenshot({ path: join(SHOTS, 'refused.png') });
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Leave it' }).click();
  });

  it('approves only what is confirmed, by keyboard alone, and shows the end', async () => {
    await page.getByRole('button', { name: 'Approve …' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(run.child.exitCode).toBeNull();

    await page.getByRole('button', { name: 'Approve …' }).focus();
    await page.keyboard.press('Enter');
    await dialog.getByLabel('Your name').focus();
    await page.keyboard.type('ann');
    await page.keyboard.press('Enter');
    const { code, stdout } = await run.ended;
    const { outcome, folder: out } = JSON.parse(stdout) as { outcome: string; folder: string };
    first = out;
    expect([code, outcome]).toEqual([0, 'selected']);
    const { acts } = JSON.parse(await readFile(join(out, 'decision.json'), 'utf8')) as {
      acts: { kind: string }[];
    };
    expect(acts.map(({ kind }) => kind)).toEqual(['pause', 'go-on', 'relax', 'approve']);
    await page.getByText('ann approved what was proposed').waitFor();
    await page.locator('.facts .state.completed').waitFor();
    // What a campaign refused is an answer that the browser notes, too.
    expect(trouble.filter((text) => !text.includes('409 (Conflict)'))).toEqual([]);
  });

  it('shows what its runs came to, and how that went over time', async () => {
    await page.getByRole('rowheader', { name: basename(first) }).waitFor();
    expect(await page.getByRole('img', { name: /of the version selected in each run/ }).count()).toBe(0);
    const again = start('run', 'campaign.yaml', '--json', '--no-workers');
    await page.locator('.facts .state.running').waitFor();
    await page.getByRole('heading', { name: 'Does what is proposed hold?' }).waitFor();
    await confirm('Approve', { 'Your name': 'ann' });
    const { stdout } = await again.ended;
    const { folder: second } = JSON.parse(stdout) as { folder: string };
    await page.getByRole('rowheader', { name: basename(second) }).waitFor();
    await page.getByRole('img', { name: /of the version selected in each run/ }).waitFor();
    await page.screenshot({ path: join(SHOTS, 'runs.png'), fullPage: true });
    expect(await violations(page)).toEqual([]);
  });
});

async function dashboardUrl({ printed, child }: StartedCli): Promise<string> {
  let text = '';
  child.stdout!.on('data', (chunk: string) => (text += chunk));
  await printed('"pid"');
  while (!text.trimEnd().endsWith('}')) await sleep(10);
  return (JSON.parse(text) as { url: string }).url;
}
