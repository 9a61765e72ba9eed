import * as engine from '@huggingface/jinja';

/** A node of a template's syntax tree. */
export interface TemplateNode {
  type: string;
}

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
  tokenize(source: string): unknown;
  parse(tokens: unknown): TemplateNode & { body: TemplateNode[] };
}

// The package declares these in files that TypeScript does not find under Node's module rules.
export const { Environment, Interpreter, tokenize, parse } = engine as unknown as Engine;

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
