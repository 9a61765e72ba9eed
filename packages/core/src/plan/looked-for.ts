import { formatValue } from '../board/format-value.ts';
import type { Wish } from './step.ts';

/** What a round wants, in a few words. */
export function lookedFor(wish: Wish): string {
  switch (wish.kind) {
    case 'around':
      return `more ${wish.aim === 'quality' ? 'quality at about its size' : 'savings at about its quality'}`;
    case 'mix':
      return `a mix of precisions in ${formatValue(wish.bytes, 'B')}`;
    case 'suited':
      return `methods made for ${wish.load} use`;
  }
}
