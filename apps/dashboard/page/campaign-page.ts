import { useEffect, useState } from 'preact/hooks';
import type { CampaignView } from '../src/view/campaign-view.ts';
import { Acts } from './acts.ts';
import { Board } from './board.ts';
import { History } from './history.ts';
import { html } from './html.ts';
import { jobWords } from './job-words.ts';
import { LogTail } from './log-tail.ts';
import { Plot } from './plot.ts';
import { QuestionCard } from './question-card.ts';
import { Workers } from './workers.ts';

/** One campaign as it goes. */
export function CampaignPage({ name, temporal }: { name: string; temporal?: string }) {
  const { view, trouble } = useView(name);
  if (view === undefined)
    return html`<main>
      <h1>${name}</h1>
      <p role="status">${trouble === '' ? 'Asking …' : trouble}</p>
    </main>`;
  const { entry, live, workers, log } = view;
  const ended = live?.trials.filter(({ status }) => status !== 'waiting' && status !== 'running').length ?? 0;
  const total = live?.trials.length ?? 0;
  const running = entry.status === 'running';
  return html`<main>
    <h1>${name}</h1>
    <p class="facts">
      <span class=${`state ${entry.status}`}>${entry.status}</span> run ${entry.run}, begun ${' '}<time
        datetime=${entry.started}
        >${new Date(entry.started).toLocaleString('en-GB')}</time
      >
      ${temporal !== undefined && html` · <a href=${`${temporal}/campaign-${encodeURIComponent(name)}`} rel="noreferrer">history in Temporal</a>`}
    </p>
    ${entry.status === 'completed' && html`<p>Its report: <code>${entry.folder}/report.html</code></p>`}
    ${trouble !== '' && html`<p class="trouble" role="alert">Old news: ${trouble}</p>`}
    ${
      live === undefined
        ? html`<p role="status">
            No control worker answers for it. <code>quantloop resume ${name}</code> goes on with it.
          </p>`
        : html`
            <p role="status" class="phase">
              ${live.phase}${live.round > 0 && `, round ${live.round}`}: ${ended} of ${total} trials
              ended${live.left !== undefined && `, ${live.left}`}${live.own !== undefined && ` · ${jobWords(live.own)}`}
            </p>
            <progress max=${Math.max(1, total)} value=${ended} aria-label="Trials that ended"></progress>
            ${live.asked !== undefined && html`<${QuestionCard} name=${name} question=${live.asked} />`}
            <div class="plots">
              ${live.plots.map((plot) => html`<${Plot} key=${plot.id} plot=${plot} />`)}
            </div>
            <${Board} columns=${live.columns} trials=${live.trials} />
          `
    }
    <${Workers}
      workers=${workers}
      waiting=${live?.trials.filter(({ status }) => status === 'waiting').length ?? 0}
    />
    ${
      live !== undefined &&
      live.acts.length > 0 &&
      html`<section>
        <h2>What people decided</h2>
        <ul>
          ${live.acts.map(({ by, at, what, why }) => html`<li><time datetime=${at}>${new Date(at).toLocaleString('en-GB')}</time> ${by} ${what}${why !== '' && ` (${why})`}</li>`)}
        </ul>
      </section>`
    }
    <${History} name=${name} status=${entry.status} />
    <${LogTail} lines=${log} />
    ${running && html`<${Acts} name=${name} live=${live} />`}
  </main>`;
}

/** The newest view that the server sent. */
function useView(name: string): { view: CampaignView | undefined; trouble: string } {
  const [view, setView] = useState<CampaignView>();
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    const events = new EventSource(`/api/campaigns/${encodeURIComponent(name)}/events`);
    events.onmessage = ({ data }) => {
      setView(JSON.parse(data as string) as CampaignView);
      setTrouble('');
    };
    events.addEventListener('trouble', ({ data }) =>
      setTrouble((JSON.parse(data as string) as { message: string }).message),
    );
    events.onerror = () => setTrouble('the dashboard does not answer');
    return () => events.close();
  }, [name]);
  return { view, trouble };
}
