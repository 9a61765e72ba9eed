import { effect } from '@preact/signals';
import { change, state } from './address.ts';

/** Links to chapters keep what the reader set; back and forward come to where they were. */
export function followLinks(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a[href^="#"]');
    const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    const target = link?.getAttribute('href')?.slice(1) ?? '';
    if (!plain || target === '' || target.includes('=')) return;
    event.preventDefault();
    change({ at: target, trial: undefined }, { visit: true });
  });
  let before: string | undefined;
  effect(() => {
    const { at, trial } = state.value;
    const now = trial === undefined ? at : undefined;
    if (now !== undefined && now !== before) {
      const chapter = document.getElementById(now);
      // After the chapters are in view again.
      requestAnimationFrame(() => chapter?.scrollIntoView());
    }
    before = now;
  });
}
