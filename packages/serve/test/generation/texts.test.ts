import { demoModelFolder, loadTokenizer } from '@quantloop/models';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IncrementalText } from '../../src/generation/incremental-text.ts';
import { StopStrings } from '../../src/generation/stop-strings.ts';

const tokenizer = await loadTokenizer(demoModelFolder());

test('text given out token by token is the text of all tokens, and never half a character', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ maxLength: 10 }),
      (text, before) => {
        const prompt = tokenizer.encode(`x${before}`);
        const tokens = tokenizer.encode(`x${text}`, { addSpecialTokens: false }).slice(1);
        const incremental = new IncrementalText(tokenizer, prompt);
        const pieces = [...tokens.map((token) => incremental.push(token)), incremental.flush()];
        const whole = tokenizer.decode([...prompt, ...tokens]).slice(tokenizer.decode(prompt).length);
        expect(pieces.join('')).toBe(whole);
        if (!whole.includes('\uFFFD')) expect(pieces.join('|')).not.toContain('\uFFFD');
      },
    ),
  );
});

test('a text is cut before its first stop string wherever its pieces end', () => {
  const letters = (maxLength: number) =>
    fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength });
  fc.assert(
    fc.property(fc.array(letters(4)), fc.array(letters(3), { maxLength: 3 }), (pieces, stops) => {
      const cutter = new StopStrings(stops);
      let text = '';
      let stopped = false;
      for (const piece of pieces) {
        const given = cutter.push(piece);
        text += given.text;
        stopped = given.stopped;
        if (stopped) break;
      }
      if (!stopped) text += cutter.flush();
      const whole = pieces.join('');
      const places = stops.map((stop) => whole.indexOf(stop)).filter((at) => at !== -1);
      expect(stopped).toBe(places.length > 0);
      if (!stopped) expect(text).toBe(whole);
      else {
        // Of two stop strings the one that is whole first ends the text.
        expect(whole.startsWith(text)).toBe(true);
        expect(stops.some((stop) => whole.startsWith(stop, text.length))).toBe(true);
        expect(stops.every((stop) => !text.includes(stop))).toBe(true);
      }
    }),
  );
});
