import { useEffect, useState } from 'preact/hooks';
import type { HistoryView } from '../src/view/history-view-of.ts';
import { html } from './html.ts';
import { Plot } from './plot.ts';
import { request } from './request.ts';

const EVERY_MS = 30_000;

/** What earlier runs of a campaign came to, its nights among them. */
export function History({ name, status }: { name: string; status: string }) {
  const [history, setHistory] = useState<HistoryView>();
  useEffect(() => {
    const load = () =>
      request<HistoryView>(`/api/campaigns/${encodeURIComponent(name)}/history`).then(setHistory, () => {});
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => clearInterval(timer);
  }, [name, status]);
  if (history === undefined || history.runs.length === 0) return null;
  return html`<section>
    <h2 id="history">Runs</h2>
    <div class="plots">${history.plots.map((plot) => html`<${Plot} key=${plot.id} plot=${plot} />`)}</div>
    <div class="scroll" tabindex="0" role="region" aria-labelledby="history">
      <table>
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">outcome</th>
            <th scope="col">selected</th>
            <th scope="col">what it changed</th>
          </tr>
        </thead>
        <tbody>
          ${history.runs.map(
            ({ run, outcome, selected, events }) =>
              html`<tr key=${run}>
                <th scope="row">${run}</th>
                <td>${outcome}</td>
                <td>${selected.map((each) => html`<small>${each}</small>`)}</td>
                <td>${events.map((each) => html`<small>${each}</small>`)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
