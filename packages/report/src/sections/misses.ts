import { html } from 'htm/preact';
import type { ReportSection } from '../page/section.ts';
import { code, table, text } from '../tables/markdown.ts';
import { formatPercent } from '../view/format.ts';
import type { ReportView } from '../view/report-view.ts';
import { observedWords, VERDICT_WORD } from '../view/verdict-words.ts';

/** Where nothing was selected: what came nearest, and what would have to give. */
export const missesSection: ReportSection = {
  id: 'misses',
  title: 'Nearest misses',
  html: (view) => {
    const misses = view.decision.nearestMisses;
    if (misses.length === 0) return null;
    return html`<ul>
        ${bindingLines(view).map((line) => html`<li>${line}</li>`)}
      </ul>
      <div class="scroll" tabindex="0" role="group" aria-label="Nearest misses">
        <table class="wide">
          <thead>
            <tr>
              <th scope="col">for</th>
              <th scope="col">trial</th>
              <th scope="col">stands in the way</th>
              <th scope="col" class="num">short by</th>
              <th scope="col">what would have to give</th>
            </tr>
          </thead>
          <tbody>
            ${misses.map(
              (miss) =>
                html`<tr>
                  <td>${view.nameOf(miss)}</td>
                  <th scope="row">${miss.label}</th>
                  <td>${obstacles(view, miss).map((line) => html`<div>${line}</div>`)}</td>
                  <td class="num">${formatPercent(miss.shortfall)}</td>
                  <td>${miss.relaxation}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  },
  markdown: (view) => {
    const misses = view.decision.nearestMisses;
    if (misses.length === 0) return null;
    const rows = misses.map((miss) => [
      text(view.nameOf(miss)),
      code(miss.label),
      obstacles(view, miss).map(text).join('; '),
      formatPercent(miss.shortfall),
      text(miss.relaxation),
    ]);
    const heads = ['for', 'trial', 'stands in the way', 'short by', 'what would have to give'];
    const binding = bindingLines(view).map((line) => `- ${text(line)}`);
    const tables = table([heads, ...rows], [3]);
    return binding.length === 0 ? tables : `${binding.join('\n')}\n\n${tables}`;
  },
};

/** Which requirements bind, and how many versions. */
function bindingLines(view: ReportView): string[] {
  return view.decision.binding.map((limit) => `${view.nameOf(limit)}: ${limit.because}`);
}

function obstacles(view: ReportView, { failing }: ReportView['decision']['nearestMisses'][number]): string[] {
  return failing.map(
    (verdict) =>
      `${verdict.metric} ${verdict.requirement}: ${observedWords(view, verdict)}, ${VERDICT_WORD[verdict.result]}`,
  );
}
