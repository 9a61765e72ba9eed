import type { Comparison, Trial } from '@quantloop/core';
import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Board } from '../../src/view/report-view.ts';
import {
  formatDuration,
  formatInterval,
  formatMeasurement,
  formatRatio,
  NOTHING,
} from '../../src/view/format.ts';
import { recipeFacts } from '../../src/view/recipe-facts.ts';
import { observedWords, VERDICT_MARK, VERDICT_WORD } from '../../src/view/verdict-words.ts';
import { addressWith, picked } from '../state/address.ts';
import { facts, view } from '../state/model.ts';
import { WORDS } from '../words.ts';
import { Answers } from './answers.ts';
import { reproduceCommand } from './reproduce-command.ts';

const trialShown = picked('trial');

/** The page of the trial that the address names. */
export function TrialPage() {
  const id = trialShown.value;
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (id === undefined) return;
    scrollTo(0, 0);
    title.current?.focus();
  }, [id]);
  if (id === undefined) return null;
  const board = view.value.boards.find(({ trials }) => trials.some((trial) => trial.id === id));
  const trial = board?.trials.find((each) => each.id === id);
  const back = html`<p>
    <a href=${addressWith({ trial: undefined, at: 'trials' })}>← ${WORDS.trial.back}</a>
  </p>`;
  if (board === undefined || trial === undefined) {
    return html`${back}
      <h2 tabindex="-1" ref=${title}>${WORDS.trial.unknown(id)}</h2>`;
  }
  const scenarios = board.cases.filter(({ winner }) => winner === trial).map(({ scenario }) => scenario.name);
  return html`${back}
    <p class="over">${view.value.nameOf(board)}</p>
    <h2 class="trial" tabindex="-1" ref=${title}>${trial.label}</h2>
    ${scenarios.length > 0 && html`<p class="chip pass">${WORDS.trial.selected(scenarios.join(', '))}</p>`}
    ${trial.simulated && html`<p class="note">${WORDS.trial.simulated}</p>`}
    <${Fate} trial=${trial} />
    <div class="two">
      <${Facts} title=${WORDS.trial.recipe} facts=${recipeRows(trial)} />
      <${Verdicts} board=${board} trial=${trial} />
    </div>
    <${Metrics} trial=${trial} />
    <${Answers} id=${id} />
    <div class="two">
      <${Made} trial=${trial} />
      <${Facts} title=${WORDS.trial.provenance} facts=${provenanceRows(trial)} />
    </div>
    <${Reproduce} id=${id} />`;
}

const recipeRows = ({ recipe, planned }: Trial): [string, string][] => [
  ...recipeFacts(recipe),
  ...(planned === undefined ? [] : [[WORDS.trial.planned, planned] as [string, string]]),
];

const provenanceRows = ({ provenance }: Trial): [string, string][] =>
  Object.entries(provenance)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, String(value)]);

/** Why it has no results, where it has none. */
function Fate({ trial: { failure, stopped } }: { trial: Trial }) {
  if (failure !== undefined) {
    const { stage, code, message, hint } = failure;
    return html`<p class="note bad">
      ${stage} ${WORDS.trial.failure}: ${message} (<code>${code}</code>) ${hint ?? ''}
    </p>`;
  }
  return stopped === undefined ? null : html`<p class="note">${WORDS.trial.stopped}: ${stopped}</p>`;
}

interface TableProps {
  title: string;
  heads?: { text: string; numeric?: boolean }[];
  children?: ComponentChildren;
}

function Table({ title, heads, children }: TableProps) {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${title}>
    <table class=${heads === undefined ? 'facts' : undefined}>
      <caption>
        ${title}
      </caption>
      ${
        heads !== undefined &&
        html`<thead>
          <tr>
            ${heads.map(({ text, numeric }) => html`<th scope="col" class=${numeric ? 'num' : undefined}>${text}</th>`)}
          </tr>
        </thead>`
      }
      <tbody>
        ${children}
      </tbody>
    </table>
  </div>`;
}

function Facts({ title, facts }: { title: string; facts: [string, string][] }) {
  return html`<${Table} title=${title}>
    ${facts.map(
      ([name, value]) =>
        html`<tr>
          <th scope="row">${name}</th>
          <td>${value}</td>
        </tr>`,
    )}
  <//>`;
}

function Verdicts({ board, trial }: { board: Board; trial: Trial }) {
  const { trial: words } = WORDS;
  const verdicts = board.cases.flatMap(({ scenario }) =>
    (view.value.decision.verdicts[trial.id]?.[scenario.name] ?? []).map((verdict) => ({ scenario, verdict })),
  );
  if (verdicts.length === 0) return html`<p>${words.noVerdicts}</p>`;
  const heads = [words.scenario, words.metric, words.requirement, words.observed, words.verdict];
  return html`<${Table} title=${words.verdicts} heads=${heads.map((text) => ({ text }))}>
    ${verdicts.map(
      ({ scenario, verdict }) =>
        html`<tr>
          <td>${scenario.name}</td>
          <td><code>${verdict.metric}</code></td>
          <td>${verdict.requirement}</td>
          <td>${observedWords(view.value, verdict)}</td>
          <td class=${`chip ${verdict.result}`}>
            ${VERDICT_MARK[verdict.result]} ${VERDICT_WORD[verdict.result]}
          </td>
        </tr>`,
    )}
  <//>`;
}

function Metrics({ trial }: { trial: Trial }) {
  const { trial: words } = WORDS;
  const metrics = Object.entries(trial.metrics).sort(([a], [b]) => (a < b ? -1 : 1));
  if (metrics.length === 0) return html`<p>${words.noMetrics}</p>`;
  const heads = [
    { text: words.metric },
    ...[words.value, words.interval, words.baseline, words.n].map((text) => ({ text, numeric: true })),
    { text: words.convention },
  ];
  return html`<${Table} title=${words.metrics} heads=${heads}>
    ${metrics.map(([name, measurement]) => {
      const { versusBaseline } = measurement;
      return html`<tr>
        <th scope="row">${name}</th>
        <td class="num">${formatMeasurement(measurement)}</td>
        <td class="num">${formatInterval(measurement) || NOTHING}</td>
        <td class="num">
          ${
            versusBaseline === undefined
              ? NOTHING
              : html`${formatRatio(versusBaseline.ratio.value)}<small
                    >${ratioInterval(versusBaseline)}</small
                  >`
          }
        </td>
        <td class="num">${measurement.n}</td>
        <td>${measurement.convention}</td>
      </tr>`;
    })}
  <//>`;
}

const ratioInterval = ({ ratio }: Comparison): string =>
  `${formatRatio(ratio.low)} to ${formatRatio(ratio.high)}`;

function Made({ trial }: { trial: Trial }) {
  const { trial: words } = WORDS;
  const artifacts = (['artifact', 'items', 'samples', 'answers'] as const).flatMap((name) => {
    const ref = trial[name];
    const title = { artifact: words.model, items: words.items, samples: words.samples, answers: words.texts }[
      name
    ];
    return ref === null || ref === undefined ? [] : [{ title, ref }];
  });
  const heads = [
    { text: words.stage },
    ...[words.took, words.attempts, words.cached].map((text) => ({ text, numeric: true })),
  ];
  return html`<div>
    <${Table} title=${words.made} heads=${heads}>
      ${Object.entries(trial.stages).map(
        ([name, { seconds, attempts, cached }]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td class="num">${formatDuration(seconds)}</td>
            <td class="num">${attempts}</td>
            <td class="num">${cached ? words.yes : words.no}</td>
          </tr>`,
      )}
    <//>
    ${artifacts.map(
      ({ title, ref }) =>
        html`<p class="fine">
          ${title}: <span class="digest">${ref.digest}</span>, ${ref.size} ${words.bytes}
        </p>`,
    )}
  </div>`;
}

function Reproduce({ id }: { id: string }) {
  const { campaign, run } = facts.value;
  return html`<section class="card command">
    <h3>${WORDS.trial.reproduce}</h3>
    <p>${WORDS.trial.reproduceHow}</p>
    <pre tabindex="0"><code>${reproduceCommand({ campaign: campaign.campaign, run, trial: id })}</code></pre>
  </section>`;
}
