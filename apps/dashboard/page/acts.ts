import type { CampaignView } from '../src/view/campaign-view.ts';
import { ActButton } from './act-button.ts';
import { Confirm } from './confirm.ts';
import { html } from './html.ts';
import { request } from './request.ts';

/** What may be done at any time while a campaign runs. */
export function Acts({ name, live }: { name: string; live: CampaignView['live'] }) {
  const cancel = async () => void (await request(`/api/campaigns/${encodeURIComponent(name)}/cancel`, {}));
  return html`<section>
    <h2>Change its course</h2>
    <p class="buttons">
      ${live !== undefined && html`<${Course} name=${name} live=${live} />`}
      <${Confirm}
        action="Cancel"
        question=${`End ${name} now, without a decision? What it finished stays in the store.`}
        onConfirm=${cancel}
      />
    </p>
  </section>`;
}

function Course({ name, live }: { name: string; live: NonNullable<CampaignView['live']> }) {
  return html`
    ${
      live.phase === 'paused'
        ? html`<${ActButton}
            key="go-on"
            name=${name}
            kind="go-on"
            action="Resume"
            question=${`Let ${name} go on?`}
          />`
        : live.asked === undefined &&
          html`<${ActButton}
            ...${{ key: 'pause', name, kind: 'pause', action: 'Pause' }}
            question=${`Hold ${name}? What is being measured is measured to its end; nothing further begins.`}
          />`
    }
    <${ActButton}
      ...${{ name, kind: 'finish', action: 'Finish' }}
      question=${`Let ${name} decide by what it has? What is being measured is the last.`}
    />
    <${ActButton}
      ...${{ name, kind: 'add-recipe', action: 'Add a recipe' }}
      question="Which recipe is to be tried, on every model and target?"
    >
      <label
        >As in a campaign file
        <textarea
          name="recipe"
          rows="4"
          required
          spellcheck=${false}
          placeholder="method: rtn${'\n'}bits: 4"
        ></textarea>
      </label>
    <//>
    <${ActButton}
      ...${{ name, kind: 'relax', action: 'Change limits', lists: ['limits'] }}
      question="What is to hold from now on?"
    >
      ${live.limits.map(({ what, value }) => html`<label>${what} <input name="limits" required maxlength="100" value=${value} /></label>`)}
      <label>Why <input name="reason" required maxlength="2000" /></label>
    <//>
  `;
}
