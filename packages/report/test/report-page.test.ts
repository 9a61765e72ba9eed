import { decide, limitOf, limitsIn, withLimits } from '@quantloop/core';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { violations } from '../../../test-support/accessibility.ts';
import { CHROMIUM, launchBrowser } from '../../../test-support/browser.ts';
import { renderReport } from '../src/index.ts';
import { PAGE_RUNS } from './sample/page-runs.ts';

/** Kept for people to look at. */
const SHOTS = join(import.meta.dirname, '../dist-test/report');
const PATIENT = { timeout: 20_000 };
const VERSION = 'tiny/this-cpu/gptq-int4-g32-sym';

describe.skipIf(CHROMIUM === undefined)('report.html in a browser (needs chromium on the PATH)', () => {
  let browser: Browser;
  let folder: string;
  const sizes = new Map<string, number>();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-page-'));
    await mkdir(SHOTS, { recursive: true });
    for (const [name, run] of Object.entries(PAGE_RUNS)) {
      const page = String((await renderReport(run())).get('report.html'));
      sizes.set(name, page.length);
      await writeFile(join(folder, `${name}.html`), page);
    }
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  interface Opening {
    run?: keyof typeof PAGE_RUNS;
    hash?: string;
    width?: number;
    colorScheme?: 'light' | 'dark';
    scripts?: boolean;
  }

  /** Opens a report from disk with no network; collects whatever goes wrong. */
  async function open(opening: Opening = {}): Promise<{ page: Page; trouble: string[] }> {
    const { run = 'sample', hash = '', width = 1280, colorScheme = 'light', scripts = true } = opening;
    const context = await browser.newContext({
      ...{ viewport: { width, height: 900 }, colorScheme, offline: true, javaScriptEnabled: scripts },
    });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('dialog', (dialog) => trouble.push(`dialog ${dialog.message()}`));
    const url = pathToFileURL(join(folder, `${run}.html`)).href;
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url) trouble.push(request.url());
    });
    await page.goto(url + hash);
    if (scripts) await page.locator('html[data-ready]').waitFor();
    return { page, trouble };
  }

  const labels = (page: Page) => page.locator('#board tbody th a').allInnerTexts();
  const head = (page: Page, text: string) => page.locator('#board thead th', { hasText: text });
  const row = (page: Page, label: string) =>
    page.locator('#board tbody tr', { has: page.getByRole('link', { name: label, exact: true }) });
  const decidedBy = (limits: Record<number, number>) => {
    const { campaign, trials } = PAGE_RUNS.sample();
    const moved = limitsIn(campaign.requirements).map((requirement, i) => {
      const { limit } = limitOf(requirement);
      return { ...limit, value: limits[i] ?? limit.value };
    });
    return decide({ ...campaign, requirements: withLimits(campaign.requirements, moved) }, trials);
  };

  it('opens from disk with no network, draws its plots and complains of nothing', async () => {
    const { page, trouble } = await open();
    await page.locator('[data-plot] .canvas svg').first().waitFor();
    expect(await page.locator('.card h3').allInnerTexts()).toHaveLength(3);
    expect(trouble).toEqual([]);
  });

  it('is readable without scripts', async () => {
    const { page } = await open({ scripts: false });
    expect(await page.locator('#board tbody tr').count()).toBe(16);
    expect(await page.locator('.plot svg').count()).toBe(6);
    expect(await page.locator('.card h3').first().innerText()).toBe('Ship awq-int4-g128-sym');
  });

  it('sorts by any column both ways, by mouse and by keyboard, with missing values last', async () => {
    const { page, trouble } = await open();
    const size = head(page, 'model.bytes');
    await size.getByRole('button').click();
    expect(await size.getAttribute('aria-sort')).toBe('ascending');
    const ascending = await labels(page);
    expect(ascending[0]).toBe('rtn-int2-g32-sym');
    expect(ascending.at(-1)).toBe('gptq-int2-g32-sym');
    await size.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await size.getAttribute('aria-sort')).toBe('descending');
    expect((await labels(page))[0]).toBe('baseline');
    expect((await labels(page)).at(-1)).toBe('gptq-int2-g32-sym');
    const sorted = await labels(page);
    await page.reload();
    await page.locator('html[data-ready]').waitFor();
    expect(await labels(page)).toEqual(sorted);
    expect(trouble).toEqual([]);
  });

  it('searches, filters, hides rows and shows other columns', async () => {
    const { page, trouble } = await open();
    await page.fill('#search', 'GPTQ int4');
    expect(await labels(page)).toEqual(['gptq-int4-g32-sym', 'gptq-int4-g128-asym']);
    expect(await page.innerText('#shown')).toBe('2 of 16 trials');
    await page.fill('#search', '');
    await page.selectOption('select[name=bits]', '3');
    expect(await labels(page)).toEqual(['rtn-int3-g32-sym', 'gptq-int3-g32-sym', 'awq-int3-g32-sym']);
    await page.getByRole('button', { name: 'Hide rtn-int3-g32-sym' }).click();
    expect(await labels(page)).toEqual(['gptq-int3-g32-sym', 'awq-int3-g32-sym']);
    await page.getByRole('button', { name: 'Show hidden' }).click();
    expect(await labels(page)).toHaveLength(3);
    await page.selectOption('select[name=verdict]', 'single-stream:pass');
    expect(await labels(page)).toEqual([]);
    await page.selectOption('select[name=verdict]', '');
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'single-stream.ttft.p50' }).check();
    await page.getByRole('checkbox', { name: 'took' }).uncheck();
    expect(await head(page, 'single-stream.ttft.p50').count()).toBe(1);
    expect(await head(page, 'took').count()).toBe(0);
    expect(trouble).toEqual([]);
  });

  it('sets two pinned trials beside each other', async () => {
    const { page, trouble } = await open();
    await page.getByRole('button', { name: 'Pin gptq-int4-g32-sym to compare' }).click();
    await page.getByText('Pin another trial').waitFor();
    await page.getByRole('button', { name: 'Pin rtn-int8-channel-sym to compare' }).click();
    const compared = page.locator('.compare tr', { hasText: 'model.bytes' });
    expect((await compared.innerText()).replaceAll(/\s+/g, ' ')).toBe(
      'model.bytes 3.01 MiB 4.66 MiB 1.55× differ beyond the noise',
    );
    expect((await labels(page)).slice(0, 2).sort()).toEqual(['gptq-int4-g32-sym', 'rtn-int8-channel-sym']);
    expect(await violations(page)).toEqual([]);
    expect(trouble).toEqual([]);
  });

  it('links points and rows', async () => {
    const { page, trouble } = await open();
    const canvas = page.locator('[data-plot] .canvas').first();
    await page.getByRole('button', { name: 'Mark gptq-int4-g32-sym in plots' }).click();
    await canvas.scrollIntoViewIfNeeded();
    await canvas.locator('text', { hasText: 'gptq-int4-g32-sym' }).waitFor();
    await page.getByRole('button', { name: 'Mark gptq-int4-g32-sym in plots' }).click();
    await canvas.scrollIntoViewIfNeeded();
    // Points have no names in the picture: one of GPTQ's colour, below the legend.
    const pointAt = () =>
      page.evaluate<[number, number]>(
        `(() => {
        const canvas = document.querySelector('[data-plot] .canvas');
        const { top } = canvas.getBoundingClientRect();
        const boxes = [...canvas.querySelectorAll('path[fill="#d55e00"]')].map((path) => path.getBoundingClientRect());
        const point = boxes.find((box) => box.top > top + 130);
        return [point.x + point.width / 2, point.y + point.height / 2];
      })()`,
      );
    // The page may still move when it is asked where a point stands.
    let at: [number, number] = [0, 0];
    const hover = async () => {
      at = await pointAt();
      await page.mouse.move(0, 0);
      await page.mouse.move(...at, { steps: 3 });
      return canvas.locator('strong').first().isVisible();
    };
    await expect.poll(hover, { timeout: 15_000, interval: 300 }).toBe(true);
    await page.mouse.click(...at);
    await page.locator('#board tr.marked').first().waitFor();
    expect(page.url()).toMatch(/#marked=tiny%2Fthis-cpu%2F/);
    expect(trouble).toEqual([]);
  });

  it('asks what if a limit were another, judged by the code that decided', async () => {
    const { page, trouble } = await open();
    const first = page.locator('#decision .card h3').first();
    await page.getByText('What if?').click();
    await page.fill('#limit-0', '10');
    await page.keyboard.press('Tab');
    expect(page.url()).toContain('limit.0=0.1');
    const { selections } = decidedBy({ 0: 0.1 });
    const would = page.locator('.outcome-table tbody tr').first();
    expect(selections[0]!.label).not.toBe(PAGE_RUNS.sample().decision.selections[0]!.label);
    expect(await would.innerText()).toContain(selections[0]!.label);
    expect(await row(page, selections[0]!.label).first().innerText()).toContain('selected for single-stream');
    expect(await page.getByRole('status').first().innerText()).toContain('not the campaign’s decision');
    // What was decided stays.
    expect(await first.innerText()).toBe('Ship awq-int4-g128-sym');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Back to the campaign’s limits' }).first().click();
    expect(page.url()).not.toContain('limit');
    expect(await page.locator('.outcome-table').count()).toBe(0);
    expect(trouble).toEqual([]);
  });

  it('moves a limit in a plot by keyboard and by mouse', async () => {
    const { page, trouble } = await open();
    const handle = page.locator('[data-plot] .handle.y').first();
    await handle.focus();
    const before = Number(await handle.getAttribute('aria-valuenow'));
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowDown');
    expect(Number(await handle.getAttribute('aria-valuenow'))).toBeLessThan(before);
    const byKeys = page.url();
    expect(byKeys).toContain('limit.0=');
    const box = (await handle.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 5 });
    await page.mouse.up();
    expect(page.url()).not.toBe(byKeys);
    const moved = Number(new URLSearchParams(page.url().split('#')[1]).get('limit.0'));
    const now = await page.locator('.outcome-table tbody tr').allInnerTexts();
    for (const [i, selection] of decidedBy({ 0: moved }).selections.entries()) {
      const same = selection.label === PAGE_RUNS.sample().decision.selections[i]!.label;
      expect(now[i]).toContain(same ? 'the same' : selection.label);
    }
    expect(trouble).toEqual([]);
  });

  it('shows other metrics on the axes, and a part of them', async () => {
    const { page, trouble } = await open();
    const figure = page.locator('[data-plot]').first();
    await figure.locator('select[name=quality]').selectOption('stories.word_perplexity');
    await figure.locator('svg text', { hasText: 'stories.word_perplexity' }).waitFor();
    await figure.locator('select[name=against]').selectOption('single-stream.ttft.p50');
    await figure.locator('svg text', { hasText: 'single-stream.ttft.p50, ms' }).waitFor();
    await figure.getByRole('button', { name: 'Closer' }).click();
    expect(page.url()).toContain('zoom.tiny-this-cpu-single-stream-latency=25%2C75%2C25%2C75');
    await figure.getByRole('button', { name: 'Wider' }).click();
    expect(page.url()).not.toContain('zoom');
    expect(trouble).toEqual([]);
  });

  it('has a page for each trial, and comes back from it', async () => {
    const { page, trouble } = await open({ hash: '#sort=-model.bytes' });
    await row(page, 'rtn-int8-channel-sym').getByRole('link').click();
    const article = page.locator('article[data-part=trial]');
    expect(await article.getByRole('heading', { level: 2 }).innerText()).toBe('rtn-int8-channel-sym');
    expect(await article.locator('pre').innerText()).toBe(
      'quantloop reproduce sample/run-0001 tiny/this-cpu/rtn-int8-channel-sym',
    );
    expect(await article.locator('.answer mark').allInnerTexts()).toEqual(['sings.', 'flew.']);
    const cells = article.locator('tr', { hasText: 'arithmetic.exact_match' }).last();
    expect(await cells.innerText()).toMatch(/93\.\d+ %\s+\[91\.\d+ %, 95\.\d+ %\]/);
    expect(await page.locator('.chapters').isVisible()).toBe(false);
    expect(await violations(page)).toEqual([]);
    await page.goBack();
    await page.locator('.chapters').waitFor();
    expect((await labels(page))[0]).toBe('baseline');
    await page.getByRole('link', { name: 'Conditions' }).click();
    expect(page.url()).toContain('#at=conditions&sort=-model.bytes');
    expect(trouble).toEqual([]);
  });

  it('switches its colours, and prints dark pages on white with every row', async () => {
    const { page, trouble } = await open({ run: 'thousand' });
    const background = async () =>
      Number(String(await page.evaluate('getComputedStyle(document.body).backgroundColor')).match(/\d+/)![0]);
    await page.selectOption('#theme', 'dark');
    expect(await background()).toBeLessThan(60);
    expect(page.url()).toContain('theme=dark');
    expect(await page.locator('#board tbody th').count()).toBeLessThan(100);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => page.locator('#board tbody th').count(), PATIENT).toBe(1000);
    expect(await background()).toBe(255);
    await page.emulateMedia({ media: 'screen' });
    await expect.poll(() => page.locator('#board tbody th').count(), PATIENT).toBeLessThan(100);
    expect(trouble).toEqual([]);
  });

  it.each(['hostile', 'no winner', 'failures', 'no trials', 'no numbers'] as const)(
    'stays whole with: %s',
    async (run) => {
      const { page, trouble } = await open({ run });
      for (const plot of await page.locator('[data-plot]').all()) {
        await plot.scrollIntoViewIfNeeded();
        await plot.locator('.canvas > div > svg').waitFor();
        await plot.hover();
      }
      if (run !== 'no trials') {
        const link = page.locator('#board tbody th a').nth(1);
        const name = await link.innerText();
        await link.click();
        expect(await page.locator('h2.trial').innerText()).toBe(name);
        await page.goBack();
        await page.locator('#board thead button').first().click();
        await page.fill('#search', '<script>');
      }
      expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
      expect(await page.locator('body').innerText()).not.toMatch(/NaN|Infinity|undefined|\[object/);
      expect(await violations(page)).toEqual([]);
      expect(trouble).toEqual([]);
    },
  );

  it('stays fluid and small with 1,000 trials', async () => {
    const { page, trouble } = await open({ run: 'thousand' });
    const paint = await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
    /** Milliseconds from an act until the next frame is drawn; plots follow after it, before the next act. */
    const taken = async (act: string) => {
      await page.waitForTimeout(1000);
      return page.evaluate<number>(`new Promise((done) => {
        const begun = performance.now();
        (${act})();
        requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - begun))));
      })`);
    };
    const search = `() => { const field = document.getElementById('search'); field.value = 'gptq'; field.dispatchEvent(new Event('input', { bubbles: true })); }`;
    const acts = {
      sort: `() => document.querySelectorAll('#board thead button')[3].click()`,
      mark: `() => document.querySelector('td.acts button').click()`,
      pin: `() => document.querySelectorAll('td.acts button')[1].click()`,
      search,
      scroll: `() => { document.querySelector('#trials .scroll').scrollTop = 20000; }`,
    };
    const times: Record<string, number> = { paint: Math.round(paint as number) };
    for (const [name, act] of Object.entries(acts)) times[name] = await taken(act);
    await page.locator('[data-plot] .handle.y').first().focus();
    times['limit'] = await taken(
      `() => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))`,
    );
    console.log(`1,000 trials: ${sizes.get('thousand')} characters; milliseconds ${JSON.stringify(times)}`);
    expect(await page.innerText('#shown')).toMatch(/^\d+ of 1000 trials$/);
    expect(sizes.get('thousand')).toBeLessThan(3_000_000);
    expect(trouble).toEqual([]);
  });

  it.each([
    { name: 'light', width: 1280, colorScheme: 'light', hash: '' },
    { name: 'dark', width: 1280, colorScheme: 'dark', hash: '' },
    { name: 'narrow', width: 360, colorScheme: 'light', hash: '' },
    { name: 'what-if', width: 1280, colorScheme: 'light', hash: '#limit.0=0.1' },
    { name: 'trial', width: 1280, colorScheme: 'light', hash: `#trial=${encodeURIComponent(VERSION)}` },
  ] as const)('fits its screen, and axe finds nothing: $name', async ({ name, ...opening }) => {
    const { page, trouble } = await open(opening);
    for (const plot of await page.locator('[data-plot]:visible').all()) {
      await plot.scrollIntoViewIfNeeded();
      await plot.locator('.canvas > div > svg').waitFor();
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(opening.width);
    expect(await violations(page)).toEqual([]);
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
    expect(trouble).toEqual([]);
  });
});
