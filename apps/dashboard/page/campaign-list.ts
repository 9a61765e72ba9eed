import type { CampaignEntry } from '../src/campaign-source.ts';
import { html } from './html.ts';

interface Props {
  campaigns: CampaignEntry[];
  loaded: boolean;
  shown: string | undefined;
}

/** Each campaign by its newest run. */
export function CampaignList({ campaigns, loaded, shown }: Props) {
  const newest = campaigns.filter(({ name }, i) => campaigns.findIndex((other) => other.name === name) === i);
  if (loaded && newest.length === 0)
    return html`<nav aria-label="Campaigns">
      <p>No campaign has been run here. <code>quantloop run FILE</code> starts one.</p>
    </nav>`;
  return html`<nav aria-label="Campaigns">
    <ul>
      ${newest.map(
        ({ name, status }) =>
          html`<li>
            <a href=${`#${encodeURIComponent(name)}`} aria-current=${name === shown ? 'page' : undefined}>
              ${name} <span class=${`state ${status}`}>${status}</span>
            </a>
          </li>`,
      )}
    </ul>
  </nav>`;
}
