import {
  Environment,
  evaluateTemplate,
  parseTemplate,
  plainValue,
  runtimeFunction,
  runtimeValue,
  type RuntimeValue,
  type TemplateEnvironment,
  type TemplateNode,
  type TemplateProgram,
} from '@quantloop/untrusted';
import { METHODS, rewriteMethods } from './python-methods.ts';
import { pythonStr } from './python-str.ts';

/** Names that a template itself asks about: being absent is then an answer, not a mistake. */
const ASKS_WHETHER_DEFINED = /\bis\s+(not\s+)?(un)?defined\b|\|\s*(default|d)\b/;

const CONSTANTS = { true: true, false: false, none: null, True: true, False: false, None: null };

class StrictEnvironment extends Environment {
  override lookupVariable(name: string): RuntimeValue {
    const value = super.lookupVariable(name);
    if (value.type === 'UndefinedValue') throw new Error(`"${name}" is no column of the document`);
    return value;
  }
}

/** A Jinja template over a document's columns, as lm-eval uses them in a task file. */
export class DocumentTemplate {
  readonly #source: string;
  readonly #program: TemplateProgram;
  /** The template where it is one expression. */
  readonly #expression: TemplateNode | undefined;
  readonly #strict: boolean;

  constructor(source: string) {
    this.#strict = !ASKS_WHETHER_DEFINED.test(source);
    this.#source = source;
    // The engine drops a newline at the end; lm-eval keeps it.
    const program = parseTemplate(source.endsWith('\n') ? `${source}\n` : source);
    rewriteMethods(program);
    const [only, ...more] = program.body;
    if (only !== undefined && more.length === 0 && isExpression(only)) this.#expression = only;
    writeAsPython(program);
    this.#program = program;
  }

  /** The text it yields. @throws Error naming a column that the document does not have. */
  render(document: Record<string, unknown>): string {
    return String(evaluateTemplate(this.#program, this.#environment(document), this.#source).value);
  }

  /**
   * The value of a template that is one expression, e.g. the list of `{{choices.text}}`; the text of any other.
   * lm-eval renders the list to text and parses that as Python, which gives the same.
   */
  evaluate(document: Record<string, unknown>): unknown {
    if (this.#expression === undefined) return this.render(document);
    const value = evaluateTemplate(this.#expression, this.#environment(document), this.#source);
    return plainValue(this.#strict ? defined(value) : value);
  }

  #environment(document: Record<string, unknown>): TemplateEnvironment {
    const environment = this.#strict ? new StrictEnvironment() : new Environment();
    // A column may have the name of the only function the engine itself puts there.
    environment.variables.delete('namespace');
    environment.variables.set(WRITE, this.#strict ? asStrictPython : asPython);
    for (const [name, value] of Object.entries(CONSTANTS)) environment.set(name, value);
    for (const [name, method] of Object.entries(METHODS)) environment.set(`${name}()`, method);
    for (const [name, value] of Object.entries(document)) {
      environment.variables.delete(name);
      environment.set(name, value);
    }
    return environment;
  }
}

const STATEMENTS = new Set([
  'Set',
  'If',
  'For',
  'Macro',
  'CallStatement',
  'FilterStatement',
  'Comment',
  'Break',
  'Continue',
]);

function isExpression(node: TemplateNode): boolean {
  return !STATEMENTS.has(node.type);
}

const WRITE = 'write()';
const AS_IT_IS = new Set(['StringValue', 'IntegerValue', 'FloatValue', 'UndefinedValue']);

/** The engine writes nothing for None and JSON for lists. */
const written = (value: RuntimeValue) =>
  AS_IT_IS.has(value.type) ? value : runtimeValue(pythonStr(plainValue(value)));
const asPython = runtimeFunction(([value]) => written(value!));
const asStrictPython = runtimeFunction(([value]) => written(defined(value!)));

/** A member that is not there, as in `choices.txt`, is a mistake; lm-eval's templates are strict as well. */
function defined(value: RuntimeValue): RuntimeValue {
  if (value.type !== 'UndefinedValue') return value;
  throw new Error('an expression is undefined: a member that it names is not in the column');
}

/** Puts a call of `asPython` around every expression whose value goes into the text. */
function writeAsPython(node: TemplateNode): void {
  for (const key of ['body', 'alternate', 'defaultBlock'] as const) {
    const block = (node as Partial<Record<typeof key, TemplateNode[]>>)[key];
    if (!Array.isArray(block)) continue;
    block.forEach((child, i) => {
      if (!isExpression(child)) return writeAsPython(child);
      if (child.type === 'StringLiteral') return;
      const callee = { type: 'Identifier', value: WRITE };
      const call = { type: 'CallExpression', callee, args: [child] };
      block[i] = call;
    });
  }
}
