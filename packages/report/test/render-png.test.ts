import { describe, expect, it } from 'vitest';
import { renderPng } from '../src/plots/render-png.ts';

const svg = (text: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="60" viewBox="0 0 760 60"><rect width="760" height="60" fill="#fff"/><text x="10" y="40" font-family="Lato, system-ui, sans-serif" font-size="30">${text}</text></svg>`;

describe('renderPng', () => {
  it.each(['Quality ≥ 98 %', '1.75× − µs → …'])(
    'draws the letters of "%s" with no font installed',
    async (text) => {
      const [blank, drawn] = await Promise.all([renderPng(svg('')), renderPng(svg(text))]);
      expect(Buffer.from(drawn).subarray(1, 4).toString()).toBe('PNG');
      expect(drawn.length).toBeGreaterThan(blank.length + 1000);
    },
  );
});
