import { html } from 'htm/preact';
import type { ComponentChildren } from 'preact';
import type { ReportSection } from '../page/section.ts';
import { plotFigure } from '../plots/plot-figure.ts';
import { code, table, text } from '../tables/markdown.ts';
import { count } from '../view/format.ts';
import { headlines } from '../view/headline.ts';
import type { Board, Case, ReportView } from '../view/report-view.ts';
import { observedWords, VERDICT_MARK, VERDICT_WORD } from '../view/verdict-words.ts';

/** What to ship for each target and scenario, against the baseline, and why. */
export const decisionSection: ReportSection = {
  id: 'decision',
  title: 'Decision',
  html: (view) =>
    html`${view.boards.flatMap((board) =>
        board.cases.map((each) => {
          const { plot } = each;
          return html`<div class="case">${card(view, board, each)}${plot && plotFigure(plot)}</div>`;
        }),
      )}
      <div data-part="what-if"></div>
      ${overallLines(view).map((line) => html`<p class="overall">${line}</p>`)}`,
  markdown: (view) =>
    [
      ...view.boards.flatMap((board) => board.cases.map((each) => chapter(view, board, each))),
      ...overallLines(view).map(text),
    ].join('\n\n'),
};

/** What to use whatever the load, where there are several. */
function overallLines({ campaign, decision, nameOf }: ReportView): string[] {
  if (campaign.performance.length < 2) return [];
  return decision.overall.map((each) => `Overall, ${nameOf(each)}: ${each.label ?? 'none'}. ${each.because}`);
}

function card(view: ReportView, board: Board, each: Case): ComponentChildren {
  const { selection } = each;
  if (selection === undefined) {
    return html`<article class=${undecided(each) ? 'card open' : 'card none'}>
      <p class="over">${view.nameOf(each)}</p>
      <h3>${verdictOnNone(each)}</h3>
      <p>${reasonForNone(view, board, each)}</p>
      ${each.misses[0] !== undefined && html`<p>To admit it: ${each.misses[0].relaxation}</p>`}
    </article>`;
  }
  return html`<article class="card">
    <p class="over">${view.nameOf(each)}</p>
    <h3>Ship <span class="name">${selection.label}</span></h3>
    <dl class="numbers">
      ${headlines(board, each).map(
        ({ title, value, details }) =>
          html`<div>
            <dd class="big">${value}</dd>
            <dt>${title}</dt>
            <dd class="detail">${details.map((line) => html`<span>${line}</span>`)}</dd>
          </div>`,
      )}
    </dl>
    <p>${selection.because}</p>
    ${selection.wouldChange !== undefined && html`<p class="change">${selection.wouldChange.because}</p>`}
    <ul class="verdicts">
      ${selection.verdicts.map(
        (verdict) =>
          html`<li>
            <span class=${`mark ${verdict.result}`} title=${VERDICT_WORD[verdict.result]}>
              ${VERDICT_MARK[verdict.result]}
            </span>
            <span
              ><code>${verdict.metric}</code> ${verdict.requirement}: ${observedWords(view, verdict)}</span
            >
          </li>`,
      )}
    </ul>
    <p class="fine">
      Files: <a href=${`${each.winnerFolder}/README.md`}>${each.winnerFolder}/</a> · ${' '}
      <span class="digest">${selection.artifact.digest.slice(0, 19)}…</span>${runnerUp(view, each)}
    </p>
  </article>`;
}

function chapter(view: ReportView, board: Board, each: Case): string {
  const { selection } = each;
  const name = text(view.nameOf(each));
  if (selection === undefined) {
    const admit = each.misses[0] === undefined ? '' : ` To admit it: ${text(each.misses[0].relaxation)}`;
    return `### ${name}: ${verdictOnNone(each)}\n\n${text(reasonForNone(view, board, each))}${admit}`;
  }
  const numbers = headlines(board, each).map(
    ({ title, value, details }) => `- **${value}** ${title} (${text(details.join('; '))})`,
  );
  const rows = selection.verdicts.map((verdict) => [
    code(verdict.metric),
    text(verdict.requirement),
    text(observedWords(view, verdict)),
    `${VERDICT_MARK[verdict.result]} ${VERDICT_WORD[verdict.result]}`,
  ]);
  return [
    `### ${name}: ship ${code(selection.label)}`,
    text(selection.because),
    ...(selection.wouldChange === undefined ? [] : [text(selection.wouldChange.because)]),
    numbers.join('\n'),
    table([['metric', 'limit', 'observed [95 % interval]', 'verdict'], ...rows]),
    `Files: ${code(`${each.winnerFolder}/`)}, ${code(selection.artifact.digest)}${text(runnerUp(view, each))}`,
  ].join('\n\n');
}

function runnerUp(view: ReportView, { selection }: Case): string {
  const label = view.trials.find((trial) => trial.id === selection?.runnerUp)?.label;
  return label === undefined ? '' : ` · next best: ${label}`;
}

const verdictOnNone = (each: Case): string => (undecided(each) ? 'Undecided' : 'Nothing acceptable');

/** Some trial fails nothing, but its intervals are too wide to say that it passes. */
function undecided({ misses }: Case): boolean {
  return misses.some(
    ({ failing }) => failing.length > 0 && failing.every((verdict) => verdict.result === 'inconclusive'),
  );
}

function reasonForNone(view: ReportView, { trials }: Board, { misses }: Case): string {
  const measured = trials.filter((trial) => trial.status === 'measured').length;
  const nearest = misses[0];
  if (nearest === undefined) {
    return measured === 0
      ? `None of ${count(trials.length, 'trial')} could be measured.`
      : `None of ${count(measured, 'measured version')} meets every requirement.`;
  }
  const failing = nearest.failing
    .map((verdict) => `${verdict.metric} ${verdict.requirement} (${observedWords(view, verdict)})`)
    .join('; ');
  return `None of ${count(measured, 'measured version')} surely meets every requirement. Nearest: ${nearest.label}, ${
    failing === '' ? 'with no single limit at fault' : `short of ${failing}`
  }.`;
}
