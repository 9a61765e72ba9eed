import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import { count, formatDuration } from '../view/format.ts';
import type { ReportView } from '../view/report-view.ts';

interface StageCost {
  stage: string;
  jobs: number;
  cached: number;
  retries: number;
  resumedBlocks: number;
  seconds: number;
}

/** Wall clock by phase, and what each kind of job cost. */
export const timeSection: ReportSection = {
  id: 'time',
  title: 'Where the time went',
  html: (view) => {
    const phases = phasesOf(view);
    const stages = stageCosts(view);
    if (phases.length === 0 && stages.length === 0) return null;
    return html`<div class="two">
      ${phases.length > 0 && phaseTable(phases)} ${stages.length > 0 && stageTable(stages)}
    </div>`;
  },
  markdown: (view) => {
    const phases = phasesOf(view);
    const stages = stageCosts(view);
    const parts = [
      ...(phases.length > 0
        ? [
            table(
              [
                ['phase', 'wall clock'],
                ...phases.map(([name, seconds]) => [text(name), formatDuration(seconds)]),
              ],
              [1],
            ),
          ]
        : []),
      ...(stages.length > 0
        ? [
            table(
              [
                ['stage', 'jobs', 'from the cache', 'retries', 'blocks resumed', 'time in jobs'],
                ...stages.map((cost) => [
                  code(cost.stage),
                  String(cost.jobs),
                  String(cost.cached),
                  String(cost.retries),
                  String(cost.resumedBlocks),
                  formatDuration(cost.seconds),
                ]),
              ],
              [1, 2, 3, 4, 5],
            ),
          ]
        : []),
    ];
    return parts.length === 0 ? null : parts.join('\n\n');
  },
};

function phaseTable(phases: [string, number][]): ComponentChildren {
  const longest = Math.max(...phases.map(([, seconds]) => seconds), Number.MIN_VALUE);
  const total = phases.reduce((sum, [, seconds]) => sum + seconds, 0);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Wall clock">
    <table>
      <caption>
        Wall clock: ${formatDuration(total)}
      </caption>
      <tbody>
        ${phases.map(
          ([name, seconds]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="num">${formatDuration(seconds)}</td>
              <td class="bar"><span style=${`width: ${((seconds / longest) * 100).toFixed(1)}%`}></span></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function stageTable(stages: StageCost[]): ComponentChildren {
  const jobs = stages.reduce((sum, cost) => sum + cost.jobs, 0);
  const cached = stages.reduce((sum, cost) => sum + cost.cached, 0);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Jobs">
    <table>
      <caption>
        ${count(jobs, 'job')}, ${cached} from the cache
      </caption>
      <thead>
        <tr>
          <th scope="col">stage</th>
          <th scope="col" class="num">jobs</th>
          <th scope="col" class="num">from the cache</th>
          <th scope="col" class="num">retries</th>
          <th scope="col" class="num">blocks resumed</th>
          <th scope="col" class="num">time in jobs</th>
        </tr>
      </thead>
      <tbody>
        ${stages.map(
          (cost) =>
            html`<tr>
              <th scope="row">${cost.stage}</th>
              <td class="num">${cost.jobs}</td>
              <td class="num">${cost.cached}</td>
              <td class="num">${cost.retries}</td>
              <td class="num">${cost.resumedBlocks}</td>
              <td class="num">${formatDuration(cost.seconds)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const phasesOf = (view: ReportView): [string, number][] =>
  Object.entries(view.phases).filter(([, seconds]) => Number.isFinite(seconds));

function stageCosts(view: ReportView): StageCost[] {
  const costs = new Map<string, StageCost>();
  for (const trial of view.trials) {
    for (const [stage, execution] of Object.entries(trial.stages)) {
      const cost = costs.get(stage) ?? {
        ...{ stage, jobs: 0, cached: 0, retries: 0, resumedBlocks: 0, seconds: 0 },
      };
      cost.jobs += 1;
      cost.cached += execution.cached ? 1 : 0;
      cost.retries += execution.attempts - 1;
      cost.resumedBlocks += execution.resumedBlocks;
      cost.seconds += execution.seconds;
      costs.set(stage, cost);
    }
  }
  return [...costs.values()];
}
