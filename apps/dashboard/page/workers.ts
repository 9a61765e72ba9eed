import type { CampaignView } from '../src/view/campaign-view.ts';
import { html } from './html.ts';
import { jobWords } from './job-words.ts';

/** Who works, and on what. */
export function Workers({ workers, waiting }: { workers: CampaignView['workers']; waiting: number }) {
  return html`<section>
    <h2>Workers</h2>
    ${
      workers.length === 0
        ? html`<p>None is there. <code>quantloop worker</code> starts one.</p>`
        : html`<ul class="workers">
            ${workers.map(
              ({ identity, role, job }) =>
                html`<li key=${identity}>
                  <strong>${role}</strong> <span class="fine">${identity}</span
                  ><br />${job === undefined ? 'idle' : `${job.trial === '' ? 'the campaign' : job.trial}: ${jobWords(job)}`}
                </li>`,
            )}
          </ul>`
    }
    <p class="fine">${waiting} ${waiting === 1 ? 'trial waits' : 'trials wait'} in the queue.</p>
  </section>`;
}
