import {
  Environment,
  Interpreter,
  strftimeNow,
  type RuntimeValue,
  type TemplateEnvironment,
  type TemplateNode,
} from './jinja-engine.ts';
import { withinTime } from './within-time.ts';

/** Expressions that one rendering may evaluate: a conversation of a hundred turns takes ten thousand. */
const STEPS = 1_000_000;
/** Characters of a text, or items of a list, that an expression may come to. */
const SIZE = 10_000_000;
/** Numbers of a `range`; Python's templates are sandboxed with the same limit (jinja2.sandbox.MAX_RANGE). */
const RANGE = 100_000;

/** For what these do not bound: a list of lists of lists that is written out at last. */
const PATIENCE_MS = 3000;

/**
 * Templates reach nothing but the values given to them: members are looked up in
 * maps, and there is no `constructor` or `__proto__` there. What they may compute is bounded.
 */
class BoundedInterpreter extends Interpreter {
  #steps = 0;
  #characters = 0;

  override evaluate(node: TemplateNode, environment: TemplateEnvironment): RuntimeValue {
    if (++this.#steps > STEPS) throw new Error(`the template takes more than ${STEPS} steps`);
    const result = super.evaluate(node, environment);
    const { value } = result;
    if (typeof value === 'string') {
      // Texts that are put together of parts are copies in the end: what counts is their sum.
      this.#characters += value.length;
      if (value.length > SIZE || this.#characters > 100 * SIZE) throw tooLarge();
    } else if (Array.isArray(value) && value.length > SIZE) throw tooLarge();
    return result;
  }
}

/**
 * Evaluates a template that somebody else wrote.
 *
 * @param source the template: without statements it cannot grow, and needs no watch on its time
 * @throws Error naming the limit, or in the engine's own words; QuantloopError `timeout`
 */
export function evaluateTemplate(
  node: TemplateNode,
  environment: TemplateEnvironment,
  source: string,
): RuntimeValue {
  const evaluate = () => new BoundedInterpreter().evaluate(node, environment);
  if (!source.includes('{%')) return evaluate();
  const what = `the template ${JSON.stringify(source.slice(0, 80))}`;
  const hint = 'Templates put prompts together; this one computes for ever.';
  return withinTime({ milliseconds: PATIENCE_MS, what, hint }, evaluate);
}

const tooLarge = () => new Error(`the template makes a text or list of more than ${SIZE} parts`);

/** The functions and constants of chat templates, as transformers gives them. */
export function templateGlobals(): TemplateEnvironment {
  const environment = new Environment();
  const constants = { true: true, false: false, none: null, True: true, False: false, None: null };
  for (const [name, value] of Object.entries(constants)) environment.set(name, value);
  environment.set('raise_exception', (message: string) => {
    throw new Error(message);
  });
  environment.set('range', boundedRange);
  environment.variables.set('strftime_now', strftimeNow);
  return environment;
}

function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (step === 0) throw new Error('range() step must not be zero');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= RANGE)) throw new Error(`range() of ${count} numbers; no more than ${RANGE} are made`);
  return Array.from({ length: count }, (_, i) => start + i * step);
}
