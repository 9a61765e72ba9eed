import type { Campaign, Objective, Requirement } from '@quantloop/core';
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import { count, formatDuration } from '../view/format.ts';
import { limitWords } from '../view/limit-words.ts';
import type { ReportView } from '../view/report-view.ts';
import { scenarioWords } from '../view/scenario-words.ts';

const SNAPSHOT =
  'Numbers and plots are a snapshot: they hold for the models, data, load, software and hardware below, on the day they ' +
  'were measured. Speeds were measured beside the baseline on the same machine in the same job; on another machine they ' +
  'differ. Measure again before you rely on them elsewhere.';

/** What was asked for, and under which conditions the numbers were made. */
export const conditionsSection: ReportSection = {
  id: 'conditions',
  title: 'Conditions',
  html: (view) => {
    const { shared, varying } = provenance(view);
    return html`<p>${SNAPSHOT}</p>
      <div class="two">
        ${factTable('Asked for', asked(view))}
        ${shared.length > 0 && factTable('The same for all trials', shared)}
      </div>
      ${
        varying.length > 0 &&
        html`<details>
          <summary>
            ${count(varying.length, 'condition')} that differ${varying.length === 1 ? 's' : ''} between trials
          </summary>
          ${factTable('Values seen', varying)}
        </details>`
      }`;
  },
  markdown: (view) => {
    const { shared, varying } = provenance(view);
    const facts = (rows: [string, string][]) => rows.map(([name, value]) => [text(name), text(value)]);
    return [
      SNAPSHOT,
      table([['asked for', ''], ...facts(asked(view))]),
      ...(shared.length > 0
        ? [table([['the same for all trials', ''], ...shared.map(([k, v]) => [code(k), text(v)])])]
        : []),
      ...(varying.length > 0
        ? [table([['differs between trials', 'values'], ...varying.map(([k, v]) => [code(k), text(v)])])]
        : []),
    ].join('\n\n');
  },
};

function factTable(caption: string, facts: [string, string][]): ComponentChildren {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${caption}>
    <table class="facts">
      <caption>
        ${caption}
      </caption>
      <tbody>
        ${facts.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function asked(view: ReportView): [string, string][] {
  const { campaign } = view;
  return [
    ['models', campaign.models.map(({ id, source }) => `${id} (${source})`).join(', ')],
    ['targets', campaign.targets.map((target) => `${target.id} (${engineWords(target.engine)})`).join(', ')],
    ['requirements', requirementWords(view, campaign.requirements)],
    ['objective', campaign.objectives.map(objectiveWords).join(', then ')],
    ['fidelity', campaign.fidelity.map(checkWords).join(', ')],
    ['load', campaign.performance.map(scenarioWords).join('; ')],
    ['recipes', count(campaign.candidates.length, 'candidate')],
    ['budget', budgetWords(campaign.budget)],
    ['seed', String(campaign.seed)],
  ];
}

const engineWords = (engine: Campaign['targets'][number]['engine']): string =>
  (engine.kind === 'openai'
    ? [engine.kind, engine.url ?? engine.launch?.command.join(' ')]
    : [
        engine.kind,
        engine.provider,
        ...(engine.threads === undefined ? [] : [count(engine.threads, 'thread')]),
      ]
  ).join(' ');

function objectiveWords(objective: Objective): string {
  if ('minimize' in objective) return `least ${objective.minimize}`;
  if ('maximize' in objective) return `most ${objective.maximize}`;
  if ('knee' in objective) return `the knee of ${objective.knee.join(' against ')}`;
  const terms = Object.entries(objective.weighted).map(([metric, weight]) => `${metric} (weight ${weight})`);
  return `the weighted mean of ${terms.join(' and ')}`;
}

function checkWords(check: Campaign['fidelity'][number]): string {
  switch (check.kind) {
    case 'task':
      return `${check.name}${check.limit === null ? '' : ` (first ${check.limit})`}`;
    case 'divergence':
      return `divergence from the baseline on ${count(check.tokens, 'token')}`;
    case 'perplexity':
      return `perplexity by ${check.convention} in chunks of ${count(check.context, 'token')}`;
    case 'prompts':
      return `answers of ${count(check.newTokens, 'token')} to prompts${check.sampling === undefined ? '' : ', greedy and sampled'}`;
  }
}

const budgetWords = ({ trials, rounds, wallClock, device }: Campaign['budget']): string =>
  [
    count(trials, 'trial'),
    ...(rounds === 1 ? [] : [count(rounds, 'round')]),
    ...(wallClock === null ? [] : [formatDuration(wallClock)]),
    ...(device === null ? [] : [`${formatDuration(device)} of measuring`]),
  ].join(', ');

function requirementWords(view: ReportView, requirement: Requirement): string {
  const joined = (parts: Requirement[], word: string) =>
    parts
      .map((part) => ('metric' in part ? limitWords(view, part) : `(${requirementWords(view, part)})`))
      .join(` ${word} `);
  if ('all' in requirement) return joined(requirement.all, 'and');
  if ('any' in requirement) return joined(requirement.any, 'or');
  return limitWords(view, requirement);
}

/** Splits what the trials say of their making into what all share and what differs. */
function provenance(view: ReportView): { shared: [string, string][]; varying: [string, string][] } {
  const values = new Map<string, Set<string>>();
  const told = view.trials.filter((trial) => Object.keys(trial.provenance).length > 0);
  for (const trial of told) {
    for (const [name, value] of Object.entries(trial.provenance)) {
      values.set(name, (values.get(name) ?? new Set()).add(String(value)));
    }
  }
  const names = [...values.keys()].sort();
  const differs = (name: string) => values.get(name)!.size > 1;
  return {
    shared: names.filter((name) => !differs(name)).map((name) => [name, [...values.get(name)!][0]!]),
    varying: names.filter(differs).map((name) => [name, shorten([...values.get(name)!].sort())]),
  };
}

const shorten = (values: string[]): string =>
  values.length <= 4 ? values.join(', ') : `${values.slice(0, 3).join(', ')} and ${values.length - 3} more`;
