/**
 * What a weight is read into, used again for the next one: the system hands out fresh memory page by page, which took
 * a third of the time of quantizing a large model.
 */
export class PanelMemory {
  #strip = new Float32Array(0);
  #panel = new Float32Array(0);

  /** At least `length` numbers, the same every time. */
  strip(length: number): Float32Array<ArrayBuffer> {
    if (this.#strip.length < length) this.#strip = new Float32Array(length);
    return this.#strip;
  }

  panel(length: number): Float32Array<ArrayBuffer> {
    if (this.#panel.length < length) this.#panel = new Float32Array(length);
    return this.#panel;
  }
}
