import type { Question } from '@quantloop/core';
import { ActButton } from './act-button.ts';
import { html } from './html.ts';

/** What a campaign asks people, and the answers to it. */
export function QuestionCard({ name, question }: { name: string; question: Question }) {
  const { kind, selections, nearestMisses } = question;
  return html`<section class="card" aria-labelledby="asked">
    <h2 id="asked">
      ${kind === 'approval' ? 'Does what is proposed hold?' : 'Nothing is acceptable. What now?'}
    </h2>
    <ul>
      ${selections.map(({ trial, label, scenario, because }) => html`<li><strong>${label}</strong> for ${scenario}. ${because} <${Reject} name=${name} trial=${trial} /></li>`)}
      ${nearestMisses.map(({ label, scenario, relaxation }) => html`<li>Nearest for ${scenario}: <strong>${label}</strong>. ${relaxation}</li>`)}
    </ul>
    <p class="buttons">
      <${ActButton}
        ...${{ name, kind: 'approve', action: 'Approve' }}
        question=${`Let ${name} end as it stands?`}
      />
    </p>
    <p class="fine">
      Other limits and further recipes: see below. A larger budget comes by command:${' '}<code
        >quantloop extend ${name}</code
      >.
    </p>
  </section>`;
}

function Reject({ name, trial }: { name: string; trial: string }) {
  return html`<${ActButton}
    ...${{ name, kind: 'reject', action: 'Reject', fixed: { trial } }}
    question=${`Never select ${trial}?`}
  >
    <label>Why <input name="reason" required maxlength="2000" /></label>
  <//>`;
}
