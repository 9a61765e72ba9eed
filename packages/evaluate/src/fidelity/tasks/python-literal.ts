const TOKEN =
  /\s*(?:([[\](){}:,])|([rbuRBU]?)("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')|([-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([A-Za-z_]\w*)|$)/y;

const NAMES: Record<string, unknown> = {
  True: true,
  False: false,
  None: null,
  // What the template engine writes for them inside lists.
  true: true,
  false: false,
  null: null,
};

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\n': '',
};

/**
 * The value of a Python literal, as `ast.literal_eval` reads it: text, numbers, lists, tuples (as lists), dictionaries
 * (as objects).
 *
 * @throws SyntaxError
 */
export function pythonLiteral(source: string): unknown {
  const reader = new LiteralReader(source);
  const value = reader.value();
  reader.end();
  return value;
}

interface Token {
  kind: 'sign' | 'value' | 'end';
  value: unknown;
}

class LiteralReader {
  readonly #source: string;
  readonly #pattern = new RegExp(TOKEN.source, 'y');
  #token: Token;

  constructor(source: string) {
    this.#source = source;
    this.#token = this.#scan();
  }

  value(): unknown {
    if (this.#token.kind === 'value') return this.#texts();
    if (this.#take('[')) return this.#list(']');
    if (this.#take('(')) return this.#list(')');
    if (this.#take('{')) return this.#dictionary();
    throw this.#wrong();
  }

  end(): void {
    if (this.#token.kind !== 'end') throw this.#wrong();
  }

  /** Texts beside each other are one. */
  #texts(): unknown {
    let value = this.#token.value;
    this.#token = this.#scan();
    while (
      typeof value === 'string' &&
      this.#token.kind === 'value' &&
      typeof this.#token.value === 'string'
    ) {
      value += this.#token.value;
      this.#token = this.#scan();
    }
    return value;
  }

  #list(close: string): unknown[] {
    const items: unknown[] = [];
    while (!this.#take(close)) {
      items.push(this.value());
      if (!this.#take(',') && !this.#is(close)) throw this.#wrong();
    }
    return items;
  }

  #dictionary(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!this.#take('}')) {
      const key = String(this.value());
      if (!this.#take(':')) throw this.#wrong();
      entries.push([key, this.value()]);
      if (!this.#take(',') && !this.#is('}')) throw this.#wrong();
    }
    return Object.fromEntries(entries);
  }

  #is(sign: string): boolean {
    return this.#token.kind === 'sign' && this.#token.value === sign;
  }

  #take(sign: string): boolean {
    if (!this.#is(sign)) return false;
    this.#token = this.#scan();
    return true;
  }

  #scan(): Token {
    const match = this.#pattern.exec(this.#source);
    if (match === null) throw this.#wrong();
    const [, sign, prefix, text, number, name] = match;
    if (sign !== undefined) return { kind: 'sign', value: sign };
    if (text !== undefined) return { kind: 'value', value: unquoted(text, prefix?.toLowerCase() === 'r') };
    if (number !== undefined) return { kind: 'value', value: Number(number.replaceAll('_', '')) };
    if (name === undefined) return { kind: 'end', value: undefined };
    if (Object.hasOwn(NAMES, name)) return { kind: 'value', value: NAMES[name] };
    throw this.#wrong();
  }

  #wrong(): SyntaxError {
    return new SyntaxError(`${JSON.stringify(this.#source)} is no Python literal`);
  }
}

function unquoted(text: string, raw: boolean): string {
  const quotes = /^("""|''')/.test(text) ? 3 : 1;
  const body = text.slice(quotes, -quotes);
  if (raw) return body;
  return body.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([\s\S]))/gi,
    (_, x?: string, u?: string, long?: string, one?: string) => {
      if (one === undefined) return String.fromCodePoint(Number.parseInt((x ?? u ?? long)!, 16));
      if (Object.hasOwn(ESCAPES, one)) return ESCAPES[one]!;
      return /["'\\]/.test(one) ? one : `\\${one}`;
    },
  );
}
