import { withinTime } from './within-time.ts';

/** Patterns of task files take microseconds; one that tries all ways through a text takes longer than anybody waits. */
const PATIENCE_MS = 2000;

/**
 * A regular expression of somebody else's making: each use of it on a text ends in time.
 *
 * JavaScript's own engine, and not one of linear time: lm-eval's task files look around (`(?<=the answer is )(.*)(?=.)`)
 * and refer back, which the linear engines cannot.
 *
 * @throws QuantloopError `timeout` from every method
 */
export class BoundedRegExp extends RegExp {
  readonly #place: string;

  /** @param place for messages: file and field */
  constructor(source: string, flags: string, place: string) {
    super(source, flags);
    this.#place = place;
  }

  // Copies that the built-in methods make are plain: the time is that of the whole use.
  static override get [Symbol.species](): RegExpConstructor {
    return RegExp;
  }

  override exec(text: string): RegExpExecArray | null {
    return this.#use(text, () => super.exec(text));
  }

  override [Symbol.match](text: string): RegExpMatchArray | null {
    return this.#use(text, () => text.match(new RegExp(this)));
  }

  override [Symbol.matchAll](text: string): RegExpStringIterator<RegExpExecArray> {
    const found = this.#use(text, () => [...text.matchAll(new RegExp(this))]);
    return found.values() as RegExpStringIterator<RegExpExecArray>;
  }

  override [Symbol.replace](text: string, by: never): string {
    return this.#use(text, () => text.replace(new RegExp(this), by));
  }

  override [Symbol.search](text: string): number {
    return this.#use(text, () => text.search(new RegExp(this)));
  }

  override [Symbol.split](text: string, limit?: number): string[] {
    return this.#use(text, () => text.split(new RegExp(this), limit));
  }

  #use<Result>(text: string, run: () => Result): Result {
    return withinTime(
      {
        milliseconds: PATIENCE_MS,
        what: `${this.#place}: the pattern ${JSON.stringify(this.source)} on a text of ${text.length} characters`,
        hint: 'Write it so that there are not many ways to match the same text: no (a+)+, no (a|aa)*.',
      },
      run,
    );
  }
}
