import { html } from 'htm/preact';
import { change, picked } from '../state/address.ts';
import { movedLimits } from '../state/model.ts';
import { THEMES, type Theme } from '../state/page-state.ts';
import { WORDS } from '../words.ts';

const theme = picked('theme');

/** What is said above everything: that limits were moved; and the choice of colours. */
export function Bar() {
  const moved = movedLimits.value;
  return html`<label class="theme"
      >${WORDS.theme.label}${' '}
      <select
        id="theme"
        value=${theme.value}
        onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) =>
          change({ theme: currentTarget.value as Theme })}
      >
        ${THEMES.map((each) => html`<option value=${each}>${WORDS.theme[each]}</option>`)}
      </select>
    </label>
    <div class="what-if-banner" role="status">
      ${
        moved > 0 &&
        html`<p>
          <strong>${WORDS.whatIf.active(moved)}</strong>
          <button type="button" onClick=${() => change({ limits: {} })}>${WORDS.whatIf.reset}</button>
        </p>`
      }
    </div>`;
}
