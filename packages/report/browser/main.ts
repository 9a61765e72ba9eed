import { effect } from '@preact/signals';
import { html } from 'htm/preact';
import { render, type ComponentType } from 'preact';
import { Bar } from './bar/bar.ts';
import { curves, CurvesPart } from './plots/curves-part.ts';
import { PlotPart } from './plots/plot-part.ts';
import { readFacts } from './read-facts.ts';
import { followLinks } from './state/follow-links.ts';
import { state } from './state/address.ts';
import { facts } from './state/model.ts';
import { theme } from './state/media.ts';
import { TrialsPart } from './table/trials-part.ts';
import { TrialPage } from './trial/trial-page.ts';
import { WhatIfPart } from './what-if/what-if-part.ts';

const PARTS: Record<string, ComponentType> = {
  bar: Bar,
  'what-if': WhatIfPart,
  trials: TrialsPart,
  trial: TrialPage,
};

// Before anything else: no page flashes up in the wrong colours.
effect(() => {
  document.documentElement.dataset['theme'] = theme.value;
});

void start();

async function start(): Promise<void> {
  facts.value = await readFacts(document.getElementById('facts')!);
  for (const place of document.querySelectorAll<HTMLElement>('[data-part]')) {
    const part = PARTS[place.dataset['part']!];
    if (part !== undefined) take(place, html`<${part} />`);
  }
  for (const place of document.querySelectorAll<HTMLElement>('[data-plot]')) {
    const id = place.dataset['plot']!;
    take(place, curves.value.has(id) ? html`<${CurvesPart} id=${id} />` : html`<${PlotPart} id=${id} />`);
  }
  effect(() => {
    document.body.classList.toggle('one-trial', state.value.trial !== undefined);
  });
  followLinks();
  document.documentElement.dataset['ready'] = '';
}

/** Puts what answers in the place of what was drawn for readers without scripts. */
function take(place: HTMLElement, content: unknown): void {
  place.replaceChildren();
  render(content as never, place);
}
