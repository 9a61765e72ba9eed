import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { readHash, writeHash, type PageState } from './page-state.ts';

/** What the reader set. It is the page's address, so that it can be sent to someone. */
export const state = signal<PageState>(readHash(location.hash));

// By the reader: back, forward, a link, a new address.
addEventListener('popstate', () => {
  state.value = readHash(location.hash);
});

/** One of the things that the reader set: what reads it is not drawn anew for the others. */
export const picked = <Name extends keyof PageState>(name: Name): ReadonlySignal<PageState[Name]> =>
  computed(() => state.value[name]);

/** Sets something; with `visit` as a step that "back" takes back. */
export function change(some: Partial<PageState>, { visit = false } = {}): void {
  const next = { ...state.value, ...some };
  state.value = next;
  const address = writeHash(next) || '#';
  if (visit) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}

/** The address of the same page with something else. */
export const addressWith = (some: Partial<PageState>): string =>
  writeHash({ ...state.value, ...some }) || '#';

/** A list with an item added, or without it where it was in. */
export const toggled = (list: readonly string[], item: string): string[] =>
  list.includes(item) ? list.filter((each) => each !== item) : [...list, item];
