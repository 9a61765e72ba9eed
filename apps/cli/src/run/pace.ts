/** How fast something goes that counts up: from what was seen of it, never from a guess. */
export class Pace {
  readonly #first = new Map<string, { done: number; at: number }>();
  readonly #now: () => number;

  /** @param now milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Notes how far something is, and says how many a second were done since it was seen first. Undefined as long as less
   * than a second, or not one, has passed.
   */
  see(key: string, done: number): number | undefined {
    const first = this.#first.get(key);
    const at = this.#now();
    if (first === undefined || done < first.done) {
      this.#first.set(key, { done, at });
      return undefined;
    }
    const seconds = (at - first.at) / 1000;
    return seconds < 1 || done === first.done ? undefined : (done - first.done) / seconds;
  }
}
