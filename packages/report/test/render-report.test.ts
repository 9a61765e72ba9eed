import { Campaign, Decision, Scenario } from '@quantloop/core';
import { marked } from 'marked';
import { parse, type HTMLElement } from 'node-html-parser';
import { describe, expect, it } from 'vitest';
import { livePlots, renderReport, SECTIONS, TrialsFile, type ReportInput } from '../src/index.ts';
import { decided } from './sample/decided.ts';
import { hostileRun } from './sample/hostile-run.ts';
import { RECIPES, sampleRun } from './sample/sample-run.ts';

async function rendered(input: ReportInput) {
  const files = await renderReport(input);
  const content = (name: string) => String(files.get(name));
  return { files, content, page: parse(content('report.html'), { comment: true }) };
}

const textOf = (element: HTMLElement | null) => element?.textContent.replaceAll(/\s+/g, ' ').trim();
const titles = (page: HTMLElement) => page.querySelectorAll('h2').map(textOf);

describe('renderReport', () => {
  it('makes every file of a run', async () => {
    const { files } = await rendered(sampleRun());
    expect([...files.keys()].sort()).toMatchInlineSnapshot(`
      [
        "campaign.json",
        "decision.json",
        "plots/effects-1.png",
        "plots/effects-1.svg",
        "plots/effects-2.png",
        "plots/effects-2.svg",
        "plots/tiny-this-cpu-memory.png",
        "plots/tiny-this-cpu-memory.svg",
        "plots/tiny-this-cpu-offline-throughput.png",
        "plots/tiny-this-cpu-offline-throughput.svg",
        "plots/tiny-this-cpu-single-stream-latency.png",
        "plots/tiny-this-cpu-single-stream-latency.svg",
        "plots/tiny-this-cpu-size.png",
        "plots/tiny-this-cpu-size.svg",
        "report.html",
        "report.md",
        "trials.csv",
        "trials.json",
      ]
    `);
  });

  it('gives the same bytes for the same input', async () => {
    const [first, second] = await Promise.all([renderReport(sampleRun()), renderReport(sampleRun())]);
    expect([...second]).toEqual([...first]);
  });

  it('publishes JSON that its schemas accept and that loses nothing', async () => {
    const input = sampleRun();
    const { content } = await rendered(input);
    expect(Decision.parse(JSON.parse(content('decision.json')))).toEqual(input.decision);
    expect(Campaign.parse(JSON.parse(content('campaign.json')))).toEqual(input.campaign);
    const { trials, ...file } = TrialsFile.parse(JSON.parse(content('trials.json')));
    expect(file).toEqual({ schemaVersion: 1, campaign: 'sample', run: input.run, phases: input.phases });
    expect(trials.map(({ verdicts: _verdicts, ...trial }) => trial)).toEqual(input.trials);
    expect(trials.map((trial) => trial.verdicts)).toEqual(
      input.trials.map((trial) => input.decision.verdicts[trial.id] ?? {}),
    );
  });

  it('says why a trial was given up before its tasks', async () => {
    const input = sampleRun();
    const trial = input.trials.find(({ recipe }) => recipe !== null)!;
    Object.assign(trial, { status: 'stopped', stopped: 'kl-divergence.mean is 0.6 nats, above 0.5' });
    const { content, page } = await rendered(input);
    expect(textOf(page.querySelector('#failures'))).toContain('kl-divergence.mean is 0.6 nats, above 0.5');
    expect(content('report.md')).toContain('kl-divergence.mean is 0.6 nats, above 0.5');
    expect(content('report.html')).toContain('1 given up early');
  });

  it('marks a task that fell more than the mean over the tasks tells', async () => {
    const input = sampleRun();
    const trial = input.trials.find(({ metrics }) => metrics['arithmetic.exact_match']?.versusBaseline)!;
    const task = trial.metrics['arithmetic.exact_match']!;
    Object.assign(task.versusBaseline!, {
      ratio: { value: 0.67, low: 0.6, high: 0.74 },
      adjustedPValue: 0.001,
    });
    const { versusBaseline: _, ...plain } = task;
    trial.metrics['recovery.mean'] = { ...plain, value: 0.9, low: 0.88, high: 0.92 };
    const { content, page } = await rendered(input);
    const marked = page.querySelectorAll('.heat td').filter((cell) => cell.textContent.includes('▼'));
    expect(marked.map(textOf)).toEqual([expect.stringContaining('33.0 % worse ▼')]);
    expect(content('report.md')).toContain('(33.0 % worse ▼)');
    expect(content('report.md')).toContain('▼: fell for certain');
    expect((await rendered(sampleRun())).content('report.md')).not.toContain('▼');
  });

  it('shows how each trial did under each load of a server', async () => {
    const input = sampleRun();
    const load = { concurrency: [1, 2, 16] };
    input.campaign.performance.push(
      Scenario.parse({ scenario: 'server', name: 'chat', promptTokens: 8, newTokens: 8, load }),
    );
    const trial = input.trials.find(({ id }) => id === input.decision.selections[0]!.trial)!;
    const measurement = (value: number, unit: string) => {
      return {
        value,
        low: value,
        high: value,
        unit,
        n: 96,
        higherIsBetter: true,
        convention: 'vllm-benchmark',
      };
    };
    for (const clients of load.concurrency) {
      trial.metrics[`chat.concurrency${clients}.requests_per_second`] = measurement(clients, 'requests/s');
      trial.metrics[`chat.concurrency${clients}.e2e.p95`] = measurement(clients / 10, 's');
    }
    const { content, page } = await rendered(input);
    const rows = page
      .querySelectorAll('#served tbody tr')
      .map((row) => row.querySelectorAll('th, td').map(textOf));
    expect(rows).toEqual([
      [trial.label, 'concurrency1', '1 requests/s', '100 ms'],
      [trial.label, 'concurrency2', '2 requests/s', '200 ms'],
      [trial.label, 'concurrency16', '16 requests/s', '1.6 s'],
    ]);
    expect(content('report.md')).toContain('`concurrency16`');
    expect(page.querySelector('#served [data-plot]')!.innerHTML).toContain('requests_per_second');
    expect((await rendered(sampleRun())).page.querySelector('#served')).toBeNull();
  });

  it('says on the first screen what to ship, why, and what it gains', async () => {
    const input = sampleRun();
    const { page } = await rendered(input);
    const cards = page.querySelectorAll('.card');
    expect(cards.map((card) => textOf(card.querySelector('h3')))).toEqual(
      input.decision.selections.map((selection) => `Ship ${selection.label}`),
    );
    expect(textOf(cards[0]!)).toContain(input.decision.selections[0]!.because);
    expect(cards[0]!.querySelectorAll('.numbers > div').map(textOf)).toMatchInlineSnapshot(`
      [
        "98.9 %of the quality keptarithmetic.exact_match93.6 % → 92.6 %95 % interval 98.0 % to 99.9 %",
        "1.75×fastersingle-stream.tpot.p503.1 ms → 1.77 ms95 % interval 1.72× to 1.78×",
        "5.52×smallermodel.bytes15.6 MiB → 2.83 MiB",
      ]
    `);
  });

  it('is one file that fetches nothing and runs only the scripts it was made with', async () => {
    const { page, content } = await rendered(sampleRun());
    expect(content('report.html').length).toBeLessThan(3_000_000);
    expect(page.querySelectorAll('link, iframe, object, [src]')).toEqual([]);
    for (const link of page.querySelectorAll('a')) {
      expect(link.getAttribute('href')).toMatch(/^(#|winner\/|trials\.|decision\.|campaign\.)/);
    }
    const policy = page.querySelector('meta[http-equiv]')!.getAttribute('content')!;
    expect(policy.replaceAll(/'sha256-[^']+'/g, "'sha256-…'")).toMatchInlineSnapshot(
      `"default-src 'none'; script-src 'sha256-…'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"`,
    );
  });

  it('draws limits, acceptance region, front, baseline, winner, simulated and dominated trials', async () => {
    const input = sampleRun();
    const option = optionOf(input, 'tiny-this-cpu-single-stream-latency');
    const points = option.series.flatMap((series) => (series.type === 'scatter' ? (series.data ?? []) : []));
    const measured = input.trials.filter((trial) => trial.status === 'measured');
    expect(points.map((point) => point.name).sort()).toEqual(measured.map((trial) => trial.label).sort());
    const look = (label: string) => points.find((point) => point.name === label)!;
    const winner = input.decision.selections[0]!.label;
    expect(look(winner)).toMatchObject({ symbol: 'circle', itemStyle: { borderColor: 'theme:ink' } });
    expect(look(winner).tip).toMatchInlineSnapshot(`
      [
        "awq-int4-g128-sym",
        "arithmetic.exact_match: 92.6 % [90.8 %, 94.4 %]",
        "single-stream.tpot.p50: 1.77 ms [1.71 ms, 1.83 ms]",
        "selected",
      ]
    `);
    expect(look('rtn-int3-g32-sym')).toMatchObject({
      symbol: 'diamond',
      itemStyle: { color: 'theme:paper' },
    });
    expect(look('rtn-int2-g32-sym').itemStyle?.opacity).toBeLessThan(1);
    expect(look('baseline').symbol).toMatch(/^path:/);
    const limits = option.series.find((series) => series.name === 'limits')!;
    const base = input.trials[0]!.metrics;
    expect(limits.markLine!.data).toMatchObject([
      {
        yAxis: expect.closeTo((base['arithmetic.exact_match']!.value - 0.02) * 100),
        lineStyle: { type: 'solid' },
      },
      {
        xAxis: expect.closeTo((base['single-stream.tpot.p50']!.value / 1.3) * 1e3),
        lineStyle: { type: 'dashed' },
      },
    ]);
    expect(limits.markArea!.data).toMatchObject([[{ xAxis: 1.5 }, { xAxis: 4.5, yAxis: 100 }]]);
    expect(option.series.find((series) => series.name === 'front')!.data!.length).toBeGreaterThan(1);
  });

  it('fades nothing that the front beats within the noise alone', async () => {
    const input = sampleRun();
    const measured = input.trials.filter((trial) => trial.status === 'measured');
    const winner = measured.find(({ id }) => id === input.decision.selections[0]!.trial)!;
    const other = measured.find(({ label }) => label === 'rtn-int2-g32-sym')!;
    for (const metric of ['arithmetic.exact_match', 'single-stream.tpot.p50']) {
      const near = structuredClone(winner.metrics[metric]!);
      near.value *= metric === 'single-stream.tpot.p50' ? 1.001 : 0.999;
      other.metrics[metric] = near;
    }
    const { page } = await rendered(input);
    const { series } = optionOf(input, 'tiny-this-cpu-single-stream-latency');
    const point = series.flatMap(({ data }) => data ?? []).find(({ name }) => name === other.label)!;
    expect(point.itemStyle?.opacity ?? 1).toBe(1);
    expect(point.tip?.at(-1)).toBe('within the noise of the front');
    const plot = page.querySelector('[data-plot=tiny-this-cpu-single-stream-latency] .plot')!;
    expect(plot.getAttribute('aria-label')).toMatch(/Not told apart from it: .*rtn-int2-g32-sym/);
  });

  it('draws no front through a speed that was simulated', async () => {
    const input = sampleRun();
    for (const trial of input.trials.filter((each) => each.simulated)) {
      trial.metrics['single-stream.tpot.p50']!.value = 1e-6;
    }
    const { page } = await rendered(input);
    const plot = page.querySelector('[data-plot=tiny-this-cpu-single-stream-latency] .plot')!;
    expect(plot.getAttribute('aria-label')).not.toContain('int3');
  });

  it('shows the drop on each task and the worst of them', async () => {
    const { page } = await rendered(sampleRun());
    const row = page
      .querySelectorAll('.heat tbody tr')
      .find((each) => each.textContent.includes('rtn-int2'))!;
    expect(row.querySelectorAll('th, td').map(textOf)).toMatchInlineSnapshot(`
      [
        "rtn-int2-g32-sym",
        "76.9 %17.8 % worse",
        "75 %15.2 % worse",
        "7.3318.3 % worse",
        "0.0971 nats",
        "18.3 % worse",
      ]
    `);
  });

  it('says what came nearest and what would have to give when nothing is acceptable', async () => {
    const input = sampleRun({ maxDrop: -0.05 });
    const { page, content } = await rendered(input);
    expect(input.decision.outcome).toBe('none-acceptable');
    expect(textOf(page.querySelector('.outcome'))).toBe('nothing acceptable');
    expect(page.querySelectorAll('.card h3').map(textOf)).toEqual([
      'Nothing acceptable',
      'Nothing acceptable',
    ]);
    expect(titles(page)).toContain('Nearest misses');
    for (const miss of input.decision.nearestMisses) {
      expect(textOf(page.querySelector('#misses'))).toContain(miss.relaxation);
    }
    expect(content('report.md')).toContain('## Nearest misses');
    const { binding } = input.decision;
    expect(binding).not.toEqual([]);
    for (const { because } of binding) {
      expect(textOf(page.querySelector('#misses ul'))).toContain(because);
    }
    expect(content('report.md').match(/ from acceptance, /g)).toHaveLength(binding.length);
  });

  it('names the version to use whatever the load', async () => {
    const input = sampleRun();
    const { content, page } = await rendered(input);
    const [first] = input.decision.overall;
    expect(page.querySelectorAll('.overall').map(textOf)[0]).toContain(first!.because);
    expect(content('report.md')).toContain('Overall, ');
  });

  it('says what would change the choice', async () => {
    const input = sampleRun();
    const because = 'If the drop became 5 %, another would be acceptable.';
    const [selection] = input.decision.selections;
    selection!.wouldChange = { trial: 'another', label: 'another', changes: [], because };
    const { content, page } = await rendered(input);
    expect(page.querySelectorAll('.card .change').map(textOf)).toContain(because);
    expect(content('report.md')).toContain(because);
  });

  it('names what was not tried and why, apart from what failed', async () => {
    const input = sampleRun();
    const { id, model, target } = input.trials.find(({ status }) => status === 'failed')!;
    const reason = 'the time of the budget, 5 s, is spent';
    input.decision.notTried = [
      { model, target, label: 'the failed', trial: id, reason: 'failed' },
      { model, target, label: 'the last', trial: 'the.last', reason: `not begun: ${reason}` },
      { model, target, label: 'a mix', trial: null, reason: `not planned: ${reason}` },
    ];
    const { content, page } = await rendered(input);
    expect(page.querySelectorAll('#not-tried tbody tr').map(textOf)).toEqual([
      expect.stringMatching(/^the last.*not begun: the time/),
      expect.stringMatching(/^a mix.*not planned: the time/),
    ]);
    expect(content('report.md')).toContain(`| the last |`);
  });

  it('puts what was selected for several models and targets side by side', async () => {
    const { content, page } = await rendered(sampleRun({ models: ['a', 'b'] }));
    const rows = page
      .querySelectorAll('#across tbody tr')
      .map((row) => row.querySelectorAll('th, td').map(textOf));
    expect(rows.map(([scenario, model]) => `${scenario} ${model}`)).toEqual([
      'single-stream a',
      'single-stream b',
      'offline a',
      'offline b',
    ]);
    expect(rows[0]).toEqual([
      ...['single-stream', 'a', 'this-cpu', expect.stringMatching(/^awq-int4/)],
      ...[expect.stringMatching(/% of the quality kept$/), expect.stringMatching(/× faster$/)],
      expect.stringMatching(/× smaller$/),
    ]);
    expect(content('report.md')).toContain('## Across models and targets');
    expect((await rendered(sampleRun())).content('report.md')).not.toContain('## Across models');
  });

  it('names the cause of each failure', async () => {
    const { page } = await rendered(sampleRun());
    expect(page.querySelectorAll('#failures tbody tr > *').map(textOf)).toMatchInlineSnapshot(`
      [
        "gptq-int2-g32-sym",
        "this-cpu",
        "quantizeModel",
        "out-of-memory The job for layer 3 of 4 was ended by the system at 2.1 GiB.",
        "Give the worker more memory, or use a smaller group.",
      ]
    `);
  });

  it.each([
    { name: 'no trial at all', input: () => emptied(sampleRun()), plots: 0 },
    { name: 'only a baseline', input: () => sampleRun({ recipes: [], failing: [] }), plots: 4 },
    { name: 'only failures', input: () => failed(sampleRun()), plots: 0 },
    {
      name: 'several models and targets',
      input: () => sampleRun({ models: ['a', 'b'], targets: ['c', 'd'] }),
      plots: 24,
    },
    { name: 'values that are no numbers', input: () => spoilt(sampleRun()), plots: 6 },
  ])('stands $name', async ({ input, plots }) => {
    const { page, files, content } = await rendered(input());
    expect([...files.keys()].filter((name) => name.endsWith('.png'))).toHaveLength(plots);
    expect(page.querySelectorAll('.plot')).toHaveLength(plots);
    expect(titles(page)).toContain('Decision');
    expect(`${textOf(page.querySelector('body > main'))}${content('report.md')}`).not.toMatch(
      /NaN|Infinity|undefined|\[object/,
    );
  });

  it('holds 256 trials below 3 MB', async () => {
    const recipes = Array.from({ length: 256 }, (_, i) => ({
      ...RECIPES[i % RECIPES.length]!,
      exclude: [`layer${i}`],
    }));
    const { content } = await rendered(sampleRun({ recipes, failing: [] }));
    expect(content('report.html').length).toBeLessThan(3_000_000);
  });

  it('keeps hostile text inert in every format', async () => {
    const { page, content, files } = await rendered(hostileRun());
    const scripts = page.querySelectorAll('script');
    expect(scripts.map((script) => script.getAttribute('id'))).toEqual(['facts', undefined]);
    expect(page.querySelectorAll('img, [onerror], [onmouseover], a[href^=javascript]')).toEqual([]);
    expect(page.querySelector('#trials')!.textContent).toContain('globalThis.hacked');
    const markdown = parse(await marked.parse(content('report.md')));
    expect(markdown.querySelectorAll('script, img[onerror], [onmouseover], a[href^=javascript]')).toEqual([]);
    expect(markdown.textContent).toContain('globalThis.hacked');
    expect(
      markdown
        .querySelectorAll('table')
        .map(
          (table) =>
            new Set(table.querySelectorAll('tr').map((row) => row.querySelectorAll('th, td').length)).size,
        ),
    ).not.toContain(2);
    expect(content('trials.csv')).not.toMatch(/(^|,)"?=/m);
    for (const [name, svg] of files)
      if (name.endsWith('.svg')) expect(String(svg)).not.toMatch(/<script|<img/);
  });

  it('takes chapters of others', async () => {
    const { html } = await import('htm/preact');
    const chapter = {
      id: 'notes',
      title: 'Notes',
      html: () => html`<p>${'<b>mine</b>'}</p>`,
      markdown: () => 'mine',
    };
    const files = await renderReport(sampleRun(), { sections: [...SECTIONS, chapter] });
    const page = parse(String(files.get('report.html')));
    expect(page.querySelector('#notes p')!.innerHTML).toBe('&lt;b>mine&lt;/b>');
    expect(String(files.get('report.md')).endsWith('## Notes\n\nmine\n')).toBe(true);
  });

  it('summarises in Markdown', async () => {
    const { content } = await rendered(sampleRun({ recipes: RECIPES.slice(0, 2), failing: [] }));
    expect(content('report.md')).toMatchInlineSnapshot(`
      "# sample

      Outcome: **selected**. 3 trials, 0 failed. Run \`run-0001\`.

      ## Decision

      ### single-stream: ship \`rtn-int4-g32-sym\`

      For single-stream, 2 of 3 measured versions meet every requirement; rtn-int4-g32-sym has the smallest model.bytes (3.01 MiB, 0.19× the baseline's), ahead of rtn-int8-channel-sym (4.66 MiB, 0.30× the baseline's).

      - **98.9 %** of the quality kept (arithmetic.exact\\_match; 93.6 % → 92.6 %; 95 % interval 97.9 % to 99.9 %)
      - **1.64×** faster (single-stream.tpot.p50; 3.1 ms → 1.89 ms; 95 % interval 1.61× to 1.67×)
      - **5.20×** smaller (model.bytes; 15.6 MiB → 3.01 MiB)

      | metric                    | limit                 | observed [95 % interval]      | verdict |
      | :------------------------ | :-------------------- | :---------------------------- | :------ |
      | \`arithmetic.exact_match\`  | drop at most 2 %      | 1.0 % \\[0.1 %, 1.9 %\\]        | ✓ met   |
      | \`stories.word_perplexity\` | increase at most 3 %  | 0.9 % \\[-0.1 %, 1.9 %\\]       | ✓ met   |
      | \`single-stream.tpot.p50\`  | speedup at least 1.3× | 1.64× \\[1.61×, 1.67×\\]        | ✓ met   |
      | \`memory.peak\`             | at most 40 MiB        | 36.3 MiB \\[36 MiB, 36.7 MiB\\] | ✓ met   |

      Files: \`winner/this-cpu-single-stream/\`, \`sha256:0000000000000000000000000000000000000000000000000000000000000066\` · next best: rtn-int8-channel-sym

      ### offline: ship \`rtn-int4-g32-sym\`

      For offline, 2 of 3 measured versions meet every requirement; rtn-int4-g32-sym has the smallest model.bytes (3.01 MiB, 0.19× the baseline's), ahead of rtn-int8-channel-sym (4.66 MiB, 0.30× the baseline's).

      - **98.9 %** of the quality kept (arithmetic.exact\\_match; 93.6 % → 92.6 %; 95 % interval 97.9 % to 99.9 %)
      - **1.64×** faster (offline.tokens\\_per\\_second; 838.7 tokens/s → 1376 tokens/s; 95 % interval 1.61× to 1.67×)
      - **5.20×** smaller (model.bytes; 15.6 MiB → 3.01 MiB)

      | metric                      | limit                 | observed [95 % interval]      | verdict |
      | :-------------------------- | :-------------------- | :---------------------------- | :------ |
      | \`arithmetic.exact_match\`    | drop at most 2 %      | 1.0 % \\[0.1 %, 1.9 %\\]        | ✓ met   |
      | \`stories.word_perplexity\`   | increase at most 3 %  | 0.9 % \\[-0.1 %, 1.9 %\\]       | ✓ met   |
      | \`offline.tokens_per_second\` | speedup at least 1.3× | 1.64× \\[1.61×, 1.67×\\]        | ✓ met   |
      | \`memory.peak\`               | at most 40 MiB        | 36.3 MiB \\[36 MiB, 36.7 MiB\\] | ✓ met   |

      Files: \`winner/this-cpu-offline/\`, \`sha256:0000000000000000000000000000000000000000000000000000000000000066\` · next best: rtn-int8-channel-sym

      Overall, this-cpu: rtn-int4-g32-sym. 2 of 3 measured versions meet every requirement in all of single-stream, offline; of these the objectives prefer rtn-int4-g32-sym, by its figures for single-stream.

      ## Quality against cost

      Quality is \`arithmetic.exact_match\`. Bars are 95 % intervals. The grey line is the Pareto front; what it beats beyond the noise is faded. Shaded: inside every limit that all must meet; dashed: a limit with alternatives. Verdicts use paired results, so that a point near a limit may be decided where the bars overlap it. Hollow: simulated, its speed is not evidence.

      ![Quality and latency: single-stream](plots/tiny-this-cpu-single-stream-latency.png)

      ![Quality and throughput: offline](plots/tiny-this-cpu-offline-throughput.png)

      ![Quality and size: this-cpu](plots/tiny-this-cpu-size.png)

      ![Quality and memory: this-cpu](plots/tiny-this-cpu-memory.png)

      ## What is lost, task by task

      | trial                  | \`arithmetic.exact_match\` |         \`recall.acc\` | \`stories.word_perplexity\` | \`kl-divergence.mean\` |       worst |
      | :--------------------- | -----------------------: | -------------------: | ------------------------: | -------------------: | ----------: |
      | \`baseline\`             |                   93.6 % |               88.4 % |                       6.2 |                    — |           — |
      | \`rtn-int8-channel-sym\` |            93.6 % (same) |        88.4 % (same) |                6.2 (same) |         7.47e-5 nats |        same |
      | \`rtn-int4-g32-sym\`     |     92.6 % (1.1 % worse) | 87.6 % (0.9 % worse) |        6.26 (0.9 % worse) |         0.00607 nats | 1.1 % worse |

      ## All trials

      | trial                                                  | single-stream \`requirements\` | offline \`requirements\` | quality \`arithmetic.exact_match\` | speed \`single-stream.tpot.p50\` |                 speed \`offline.tokens_per_second\` | size \`model.bytes\` |            memory \`memory.peak\` |   took |
      | :----------------------------------------------------- | :--------------------------- | :--------------------- | -------------------------------: | -----------------------------: | ------------------------------------------------: | -----------------: | ------------------------------: | -----: |
      | \`baseline\`                                             | not met ✓✓✗✗                 | not met ✓✓✗✗           |        93.6 % \\[91.8 %, 95.4 %\\] |    3.1 ms \\[2.99 ms, 3.21 ms\\] | 838.7 tokens/s \\[798.7 tokens/s, 878.7 tokens/s\\] |           15.6 MiB | 52.8 MiB \\[52.4 MiB, 53.1 MiB\\] |  7.6 s |
      | \`rtn-int8-channel-sym\`                                 | met ✓✓✗✓                     | met ✓✓✗✓               |        93.6 % \\[91.8 %, 95.4 %\\] |           2.63 ms 1.18× faster |                       990.2 tokens/s 1.18× faster |           4.66 MiB | 38.5 MiB \\[38.1 MiB, 38.9 MiB\\] | 9.35 s |
      | \`rtn-int4-g32-sym\` selected for single-stream, offline | met ✓✓✓✓                     | met ✓✓✓✓               |        92.6 % \\[90.8 %, 94.4 %\\] |           1.89 ms 1.64× faster |                        1376 tokens/s 1.64× faster |           3.01 MiB |   36.3 MiB \\[36 MiB, 36.7 MiB\\] | 9.61 s |

      ## Search

      The campaign ended: what is selected is settled after round 1.

      ## Where the time went

      | phase    | wall clock |
      | :------- | ---------: |
      | import   |      2.1 s |
      | baseline |       15 s |
      | trials   | 1 min 36 s |

      | stage                 | jobs | from the cache | retries | blocks resumed | time in jobs |
      | :-------------------- | ---: | -------------: | ------: | -------------: | -----------: |
      | \`evaluateFidelity\`    |    3 |              1 |       0 |              0 |       9.93 s |
      | \`evaluatePerformance\` |    3 |              0 |       0 |              0 |         13 s |
      | \`quantizeModel\`       |    2 |              0 |       0 |              0 |       3.43 s |

      ## Conditions

      Numbers and plots are a snapshot: they hold for the models, data, load, software and hardware below, on the day they were measured. Speeds were measured beside the baseline on the same machine in the same job; on another machine they differ. Measure again before you rely on them elsewhere.

      | asked for    |                                                                                                                                                            |
      | :----------- | :--------------------------------------------------------------------------------------------------------------------------------------------------------- |
      | models       | tiny (builtin:demo)                                                                                                                                        |
      | targets      | this-cpu (onnxruntime cpu 2 threads)                                                                                                                       |
      | requirements | arithmetic.exact\\_match drop at most 2 % and stories.word\\_perplexity increase at most 3 % and (speed speedup at least 1.3× or memory.peak at most 40 MiB) |
      | objective    | least model.bytes                                                                                                                                          |
      | fidelity     | arithmetic, recall (first 500), stories, divergence from the baseline on 4000 tokens                                                                       |
      | load         | single-stream: 128 prompt and 64 new tokens, 10 requests; offline: 128 prompt and 64 new tokens, batch 1 and 8, 5 repetitions                              |
      | recipes      | 2 candidates                                                                                                                                               |
      | budget       | 40 trials                                                                                                                                                  |
      | seed         | 0                                                                                                                                                          |

      | the same for all trials |                                                                         |
      | :---------------------- | :---------------------------------------------------------------------- |
      | \`cpu\`                   | Synthetic CPU, 2 cores                                                  |
      | \`dataset.arithmetic\`    | sha256:0000000000000000000000000000000000000000000000000000000000000007 |
      | \`node\`                  | 24.0.0                                                                  |
      | \`onnxruntime\`           | 1.2.3                                                                   |
      | \`quantloop\`             | 0.1.0                                                                   |
      | \`seed\`                  | 0                                                                       |

      | differs between trials | values    |
      | :--------------------- | :-------- |
      | \`method\`               | none, rtn |
      "
    `);
  });

  it('tabulates as CSV', async () => {
    const { content } = await rendered(sampleRun({ recipes: RECIPES.slice(1, 3), failing: [1] }));
    expect(content('trials.csv')).toMatchInlineSnapshot(`
      "id,model,target,label,method,bits,granularity,symmetric,round,status,simulated,selected,verdict offline,verdict single-stream,failure,seconds,artifact,arithmetic.exact_match,arithmetic.exact_match low,arithmetic.exact_match high,kl-divergence.mean,kl-divergence.mean low,kl-divergence.mean high,memory.peak,memory.peak low,memory.peak high,model.bytes,model.bytes low,model.bytes high,offline.tokens_per_second,offline.tokens_per_second low,offline.tokens_per_second high,recall.acc,recall.acc low,recall.acc high,single-stream.tpot.p50,single-stream.tpot.p50 low,single-stream.tpot.p50 high,single-stream.ttft.p50,single-stream.ttft.p50 low,single-stream.ttft.p50 high,stories.word_perplexity,stories.word_perplexity low,stories.word_perplexity high
      tiny/this-cpu/baseline,tiny,this-cpu,baseline,,,,,0,measured,false,,pass pass fail fail,pass pass fail fail,,7.6000000000000005,sha256:0000000000000000000000000000000000000000000000000000000000000064,0.936,0.918,0.9540000000000001,,,,55320000,54920000,55720000,16400000,16400000,16400000,838.7096774193549,798.7096774193549,878.7096774193549,0.884,0.862,0.906,0.0031,0.0029915,0.0032085,0.027899999999999998,0.026659999999999996,0.02914,6.2,6.0760000000000005,6.324
      tiny/this-cpu/rtn-int4-g32-sym,tiny,this-cpu,rtn-int4-g32-sym,rtn,4,group 32,true,1,measured,false,,inconclusive pass pass pass,inconclusive pass pass pass,,9.353968253968254,sha256:0000000000000000000000000000000000000000000000000000000000000065,0.9247854485436834,0.9067854485436834,0.9427854485436834,0.006066666666666666,0.005633333333333333,0.0065,38097437.5,37697437.5,38497437.5,3151875,3151875,3151875,1420.3954214360042,1380.3954214360042,1460.3954214360042,0.8754699891049276,0.8534699891049276,0.8974699891049276,0.0018304761904761905,0.0017664095238095238,0.0018945428571428573,0.016474285714285716,0.01574209523809524,0.017206476190476192,6.255686982446135,6.130573242797213,6.380800722095057
      tiny/this-cpu/rtn-int4-g128-sym,tiny,this-cpu,rtn-int4-g128-sym,rtn,4,group 128,true,1,failed,false,,,,out-of-memory,9.607936507936508,,,,,,,,,,,,,,,,,,,,,,,,,,,,
      "
    `);
  });
});

/** A plot's option by its name. */
function optionOf({ decision, ...input }: ReportInput, name: string): { series: Series[] } {
  const plots = livePlots({ ...input, verdicts: decision });
  return plots.find(({ id }) => id === name)!.option as unknown as { series: Series[] };
}

interface Series {
  type: string;
  name: string;
  data?: { name: string; symbol: string; itemStyle?: { opacity?: number }; tip: string[] }[];
  markLine?: { data: unknown[] };
  markArea?: { data: unknown[] };
}

const emptied = (input: ReportInput): ReportInput => ({
  ...input,
  trials: [],
  phases: {},
  decision: decided(input.campaign, []),
});

function failed(input: ReportInput): ReportInput {
  const failure = { code: 'worker-lost', message: 'gone', stage: 'evaluateFidelity' };
  const trials = input.trials.map((trial) => ({
    ...trial,
    status: 'failed' as const,
    metrics: {},
    artifact: null,
    failure,
  }));
  return { ...input, trials, decision: decided(input.campaign, trials) };
}

/** What a non-finite number becomes on its way through JSON, and what it is before. */
function spoilt(input: ReportInput): ReportInput {
  const [first, second] = input.trials.slice(1);
  first!.metrics['arithmetic.exact_match']!.value = NaN;
  first!.metrics['model.bytes']!.high = Infinity;
  second!.metrics['stories.word_perplexity']!.value = Infinity;
  second!.metrics['single-stream.tpot.p50']!.value = 0;
  second!.stages['evaluateFidelity']!.seconds = NaN;
  return { ...input, phases: { trials: NaN } };
}
