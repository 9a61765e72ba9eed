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
