import * as engine from '@huggingface/jinja';

/** A node of a template's syntax tree. */
export interface TemplateNode {
  type: string;
}

export type TemplateProgram = TemplateNode & { body: TemplateNode[] };

/** A value while a template is evaluated: `value` is bare for text and numbers, wrapped items for lists and objects. */
export interface RuntimeValue {
  type: string;
  value: unknown;
}

/** The variables a template sees. */
export interface TemplateEnvironment {
  variables: Map<string, RuntimeValue>;
  set(name: string, value: unknown): RuntimeValue;
  lookupVariable(name: string): RuntimeValue;
}

interface Engine {
  Environment: new () => TemplateEnvironment;
  Interpreter: new () => { evaluate(node: TemplateNode, environment: TemplateEnvironment): RuntimeValue };
  tokenize(source: string, options?: { lstrip_blocks: boolean; trim_blocks: boolean }): unknown;
  parse(tokens: unknown): TemplateProgram;
  Template: new (source: string) => { render(values: Record<string, unknown>): string };
}

// The package declares these in files that TypeScript does not find under Node's module rules.
const { tokenize, parse, Template, ...rest } = engine as unknown as Engine;
export const { Environment, Interpreter } = rest;

/** The longest template that is read, in characters; published ones have up to 30,000. */
const LONGEST = 2 ** 20;

/**
 * Parses a template.
 *
 * @param options.blocks `alone`: a block takes the blanks before it and the newline after it, as in chat templates
 * @throws Error in the engine's own words
 */
export function parseTemplate(source: string, options: { blocks?: 'alone' } = {}): TemplateProgram {
  if (source.length > LONGEST) {
    throw new Error(`the template has ${source.length} characters; no more than ${LONGEST} are read`);
  }
  const alone = options.blocks === 'alone';
  return parse(tokenize(source, { lstrip_blocks: alone, trim_blocks: alone }));
}

/** A bare value as templates carry it. */
export function runtimeValue(value: unknown): RuntimeValue {
  return new Environment().set('value', value);
}

/** The reverse of `runtimeValue`. */
export function plainValue({ value }: RuntimeValue): unknown {
  if (Array.isArray(value)) return value.map((item) => plainValue(item as RuntimeValue));
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, plainValue(item as RuntimeValue)]));
  }
  return value;
}

type RuntimeFunction = (args: RuntimeValue[]) => RuntimeValue;

/** A function that templates call with wrapped values: a bare one could not tell 2 from 2.0. */
export function runtimeFunction(call: RuntimeFunction): RuntimeValue {
  const { constructor } = runtimeValue(() => null) as unknown as {
    constructor: new (call: RuntimeFunction) => RuntimeValue;
  };
  return new constructor(call);
}

/** The engine's own `strftime_now`, which it keeps to itself. */
export const strftimeNow = (() => {
  let taken: RuntimeFunction | undefined;
  const take = (call: RuntimeFunction) => void (taken = call);
  new Template('{{ take(strftime_now) }}').render({ take });
  return runtimeFunction(taken!);
})();
