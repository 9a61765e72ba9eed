import type { TemplateNode } from '@quantloop/untrusted';
import { capitalize } from './python-text.ts';

/** A value as a template function receives it: strings and numbers bare, list items still wrapped. */
type Receiver = string | number | { value: unknown }[];

const bare = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'value' in item ? item.value : item;

function position(receiver: Receiver, sought: unknown): number {
  if (Array.isArray(receiver)) return receiver.findIndex((item) => bare(item) === bare(sought));
  return String(receiver).indexOf(String(sought));
}

/** Methods of Python's str and list that lm-eval tasks call and the template engine lacks, or gives another meaning. */
export const METHODS: Record<string, (receiver: Receiver, ...args: never[]) => unknown> = {
  index: (receiver, sought: unknown) => {
    const found = position(receiver, sought);
    if (found === -1) throw new Error(`${JSON.stringify(bare(sought))} is not in ${describe(receiver)}`);
    return found;
  },
  find: (receiver, sought: unknown) => position(receiver, sought),
  count: (receiver, sought: unknown) =>
    Array.isArray(receiver)
      ? receiver.filter((item) => bare(item) === bare(sought)).length
      : String(receiver).split(String(sought)).length - 1,
  join: (receiver, items: unknown[]) => items.map((item) => String(bare(item))).join(String(receiver)),
  // Python lowers the rest, the template engine leaves it.
  capitalize: (receiver) => capitalize(String(receiver)),
  isdigit: (receiver) => /^\p{Nd}+$/u.test(String(receiver)),
};

function describe(receiver: Receiver): string {
  return JSON.stringify(Array.isArray(receiver) ? receiver.map(bare) : receiver);
}

/** Turns `value.index(x)` into a call of our function with the value as first argument, wherever it stands. */
export function rewriteMethods(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const child of node instanceof Map ? [...node].flat() : Object.values(node)) rewriteMethods(child);
  const call = node as TemplateNode & { callee?: MemberNode; args?: unknown[] };
  if (call.type !== 'CallExpression' || call.callee?.type !== 'MemberExpression' || call.callee.computed)
    return;
  const name = call.callee.property.value;
  if (!Object.hasOwn(METHODS, name)) return;
  call.args = [call.callee.object, ...(call.args ?? [])];
  call.callee = { type: 'Identifier', value: `${name}()` } as unknown as MemberNode;
}

interface MemberNode {
  type: string;
  object: unknown;
  property: { value: string };
  computed: boolean;
}
