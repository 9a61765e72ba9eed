import { html } from 'htm/preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { WORDS } from '../words.ts';

/** The answers of a trial beside its baseline's: they are in the report already, and texts are long. */
export function Answers({ id }: { id: string }) {
  const place = useRef<HTMLDivElement>(null);
  const source = document.querySelector(`#answers [data-trial="${CSS.escape(id)}"] .scroll`);
  useLayoutEffect(() => {
    if (source !== null) place.current?.replaceChildren(source.cloneNode(true));
  }, [source]);
  if (source === null) return null;
  return html`<section>
    <h3>${WORDS.trial.answers}</h3>
    <div ref=${place}></div>
  </section>`;
}
