import { computed, signal } from '@preact/signals';
import { picked } from './address.ts';

const chosen = picked('theme');

const asked = (query: string) => {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener('change', () => {
    matches.value = list.matches;
  });
  return matches;
};

const prefersDark = asked('(prefers-color-scheme: dark)');

/** Being drawn for paper. */
export const printing = asked('print');

/** What the page's colours are. */
export const theme = computed((): 'light' | 'dark' => {
  if (printing.value) return 'light';
  if (chosen.value !== 'system') return chosen.value;
  return prefersDark.value ? 'dark' : 'light';
});
