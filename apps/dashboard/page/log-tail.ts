import { useEffect, useRef } from 'preact/hooks';
import type { LoggedLine } from '../src/campaign-source.ts';
import { html } from './html.ts';

/** The end of the workers' logs, as far as they log in this folder. */
export function LogTail({ lines }: { lines: readonly LoggedLine[] }) {
  const place = useRef<HTMLOListElement>(null);
  const newest = lines.at(-1)?.time;
  useEffect(() => {
    place.current?.scrollTo({ top: place.current.scrollHeight });
  }, [newest]);
  return html`<section>
    <h2 id="log">Log</h2>
    ${
      lines.length === 0
        ? html`<p class="fine">No worker that lives has logged in this folder yet.</p>`
        : html`<ol class="log" ref=${place} tabindex="0" aria-labelledby="log">
            ${lines.map(
              ({ time, level, trial, stage, msg }) =>
                html`<li class=${level}>
                  <time datetime=${time}>${time.slice(11, 19)}</time>
                  ${' '}${[trial, stage, msg].filter(Boolean).join(' ')}
                </li>`,
            )}
          </ol>`
    }
  </section>`;
}
