import { useEffect, useState } from 'preact/hooks';
import type { CampaignEntry } from '../src/campaign-source.ts';
import { CampaignList } from './campaign-list.ts';
import { CampaignPage } from './campaign-page.ts';
import { html } from './html.ts';
import { request } from './request.ts';

const LIST_EVERY_MS = 3000;
const chosen = () => decodeURIComponent(location.hash.slice(1));

/** The list of campaigns, and the one that the address names, else the newest. */
export function App() {
  const [name, setName] = useState(chosen());
  const [list, setList] = useState<{ campaigns: CampaignEntry[]; temporal?: string }>();
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    const onHash = () => setName(chosen());
    addEventListener('hashchange', onHash);
    return () => removeEventListener('hashchange', onHash);
  }, []);
  useEffect(() => {
    let left = false;
    const load = async () => {
      try {
        setList(await request('/api/campaigns'));
        setTrouble('');
      } catch (error) {
        setTrouble((error as Error).message);
      }
      if (!left) timer = setTimeout(load, LIST_EVERY_MS);
    };
    let timer = setTimeout(load, 0);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, []);
  const campaigns = list?.campaigns ?? [];
  const shown = name === '' ? campaigns[0]?.name : name;
  return html`
    <header><p class="over">quantloop</p></header>
    ${trouble !== '' && html`<p class="trouble" role="alert">The dashboard does not answer: ${trouble}</p>`}
    <${CampaignList} campaigns=${campaigns} loaded=${list !== undefined} shown=${shown} />
    ${shown === undefined ? html`<main><h1>Campaigns</h1></main>` : html`<${CampaignPage} key=${shown} name=${shown} temporal=${list?.temporal} />`}
  `;
}
