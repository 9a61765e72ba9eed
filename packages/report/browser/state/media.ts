import { computed, signal } from '@preact/signals';
import { state } from './address.ts';

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
  const { theme } = state.value;
  return theme === 'system' ? (prefersDark.value ? 'dark' : 'light') : theme;
});
