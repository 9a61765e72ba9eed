/** Cuts a text that comes in pieces before the first stop string, wherever the pieces' borders fall. */
export class StopStrings {
  readonly #stops: readonly string[];
  /** May be the beginning of a stop string. */
  #held = '';

  /** @param stops none of them empty */
  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** What of the text may be given out, and whether a stop string came. */
  push(piece: string): { text: string; stopped: boolean } {
    const text = this.#held + piece;
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((at) => at !== -1);
    if (found.length > 0) {
      this.#held = '';
      return { text: text.slice(0, Math.min(...found)), stopped: true };
    }
    const keep = Math.max(0, ...this.#stops.map((stop) => overlap(text, stop)));
    this.#held = text.slice(text.length - keep);
    return { text: text.slice(0, text.length - keep), stopped: false };
  }

  /** What was held back: the text ended without a stop string. */
  flush(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }
}

/** The length of the longest end of a text that is a beginning of `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
