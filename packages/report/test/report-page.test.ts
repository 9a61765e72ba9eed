import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../src/index.ts';
import { hostileRun } from './sample/hostile-run.ts';
import { RECIPES, sampleRun } from './sample/sample-run.ts';

const RUNS = {
  sample: () => sampleRun(),
  hostile: hostileRun,
  failed: () => sampleRun({ failing: RECIPES.map((_, index) => index) }),
};

const CANDIDATES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const executable = (process.env['PATH'] ?? '')
  .split(':')
  .flatMap((folder) => CANDIDATES.map((name) => join(folder, name)))
  .find(isExecutable);

describe.skipIf(executable === undefined)('report.html in a browser (needs chromium on the PATH)', () => {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'quantloop-page-'));
    for (const [name, run] of Object.entries(RUNS)) {
      await writeReport({ ...run(), folder: join(folder, name) });
    }
    browser = await chromium.launch({ executablePath: executable!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Opens a report from disk with no network; collects whatever goes wrong. */
  async function open(
    run: keyof typeof RUNS,
    { width = 1280, colorScheme = 'light' }: { width?: number; colorScheme?: 'light' | 'dark' } = {},
  ): Promise<{ page: Page; trouble: string[] }> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      offline: true,
    });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('dialog', (dialog) => trouble.push(`dialog ${dialog.message()}`));
    const url = pathToFileURL(join(folder, run, 'report.html')).href;
    page.on('request', (request) => {
      if (request.url() !== url) trouble.push(request.url());
    });
    await page.goto(url);
    return { page, trouble };
  }

  const firstCells = (page: Page) => page.locator('#board tbody tr:visible > th').allInnerTexts();
  const labels = async (page: Page) => (await firstCells(page)).map((cell) => cell.split('\n')[0]);

  /** Where a point of the first plot is drawn, from its own chart. */
  const pixelOf = (page: Page, name: string) =>
    page.evaluate<[number, number]>(
      `(() => {
        const chart = echarts.getInstanceByDom(document.querySelector('[data-plot]'));
        const points = chart.getOption().series.flatMap((series) => series.data ?? []);
        return chart.convertToPixel('grid', points.find(({ name }) => name === ${JSON.stringify(name)}).value);
      })()`,
    );

  it('opens from disk with no network, draws its plots and complains of nothing', async () => {
    const { page, trouble } = await open('sample');
    const plot = page.locator('[data-plot]').first();
    await plot.scrollIntoViewIfNeeded();
    // Drawn in the page, the picture sits in elements of the library.
    await plot.locator('div > svg').waitFor();
    expect(await page.locator('.card h3').allInnerTexts()).toHaveLength(2);
    expect(trouble).toEqual([]);
  });

  it('sorts by any column both ways, by mouse and by keyboard, with missing values last', async () => {
    const { page, trouble } = await open('sample');
    const size = page.locator('#board th', { hasText: 'model.bytes' });
    await size.locator('button').click();
    expect(await size.getAttribute('aria-sort')).toBe('ascending');
    const ascending = await labels(page);
    expect(ascending.slice(0, 1)).toEqual(['rtn-int2-g32-sym']);
    expect(ascending.at(-1)).toBe('gptq-int2-g32-sym');
    await size.locator('button').focus();
    await page.keyboard.press('Enter');
    expect(await size.getAttribute('aria-sort')).toBe('descending');
    const descending = await labels(page);
    expect(descending[0]).toBe('baseline');
    expect(descending.at(-1)).toBe('gptq-int2-g32-sym');
    await page.locator('#board th button').first().click();
    expect(await labels(page)).toEqual(
      [...descending].sort((a, b) => a!.localeCompare(b!, 'en', { numeric: true })),
    );
    expect(trouble).toEqual([]);
  });

  it('filters by words and says how many are left', async () => {
    const { page } = await open('sample');
    await page.fill('#filter', 'GPTQ int4');
    expect(await labels(page)).toEqual(['gptq-int4-g32-sym', 'gptq-int4-g128-asym']);
    expect(await page.innerText('#shown')).toBe('2 of 16 trials');
    await page.fill('#filter', '');
    expect(await labels(page)).toHaveLength(16);
  });

  it('shows a point’s numbers when it is pointed at', async () => {
    const { page, trouble } = await open('sample');
    const plot = page.locator('[data-plot]').first();
    await plot.scrollIntoViewIfNeeded();
    await plot.locator('div > svg').waitFor();
    const box = (await plot.boundingBox())!;
    const [x, y] = await pixelOf(page, 'baseline');
    await page.mouse.move(box.x + x, box.y + y, { steps: 4 });
    await plot.locator('strong', { hasText: 'baseline' }).waitFor();
    expect(await plot.locator('strong + div').innerText()).toMatch(/^arithmetic\.exact_match: 93\.6 % \[/);
    expect(trouble).toEqual([]);
  });

  it('redraws for another quality metric', async () => {
    const { page, trouble } = await open('sample');
    const plot = page.locator('[data-plot]').first();
    await plot.scrollIntoViewIfNeeded();
    await page.selectOption('#quality', 'stories.word_perplexity');
    await plot.locator('svg text', { hasText: 'stories.word_perplexity' }).waitFor();
    expect(trouble).toEqual([]);
  });

  it.each([
    { name: 'hostile names', run: 'hostile' },
    { name: 'nothing but a baseline', run: 'failed' },
  ] as const)('stays whole with $name', async ({ run }) => {
    const { page, trouble } = await open(run);
    for (const plot of await page.locator('[data-plot]').all()) {
      await plot.scrollIntoViewIfNeeded();
      await plot.locator('div > svg').waitFor();
      await plot.hover();
    }
    await page.fill('#filter', '<script>');
    await page.locator('#board th button').first().click();
    expect(await page.evaluate('globalThis.hacked')).toBeUndefined();
    expect(trouble).toEqual([]);
  });

  it.each([
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 360, colorScheme: 'light' },
  ] as const)('fits $width px in $colorScheme colours', async ({ width, colorScheme }) => {
    const { page, trouble } = await open('sample', { width, colorScheme });
    const plots = page.locator('[data-plot]');
    await plots.last().scrollIntoViewIfNeeded();
    await plots.last().locator('div > svg').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const [red] = String(await page.evaluate('getComputedStyle(document.body).backgroundColor')).match(
      /\d+/,
    )!;
    expect(Number(red) < 128).toBe(colorScheme === 'dark');
    expect(trouble).toEqual([]);
  });
});

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
