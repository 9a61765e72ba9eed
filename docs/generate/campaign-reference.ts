import { CampaignFile } from '@quantloop/core';
import { z } from 'zod';
import type { SchemaComments } from './schema-comments.ts';
import { cell, table } from './markdown.ts';

/** What of JSON Schema describes a campaign. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  pattern?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
}

/** The page of every key that a campaign file may hold, from the schema that it is checked by. */
export function campaignReference(comments: SchemaComments): string {
  const root = z.toJSONSchema(CampaignFile, { io: 'input', unrepresentable: 'any' }) as Schema;
  const sections = Object.entries(root.properties ?? {}).map(([key, schema]) => {
    const rows = keyRows(key, schema, {
      required: root.required?.includes(key) === true,
      meaning: comments.of(root.properties!, key),
      comments,
    });
    return `## \`${key}\`\n\n${table(['key', 'value', 'default', 'meaning'], rows)}`;
  });
  return `# Campaign file

YAML, JSON, or \`defineCampaign()\` in TypeScript. A key that stands nowhere below is refused, with the nearest one that does.
\`[]\` is an item of a list; where a value has several shapes, the keys of each follow it. Quantities are written with their
unit: \`3%\`, \`40 MiB\`, \`12 ms\`, \`6h\`.

${sections.join('\n\n')}
`;
}

interface RowContext {
  required: boolean;
  meaning: string;
  comments: SchemaComments;
}

function keyRows(path: string, schema: Schema, context: RowContext): string[][] {
  const fallback = schema.default === undefined ? '' : cell(JSON.stringify(schema.default));
  const own = [
    `\`${path}\``,
    valueText(schema),
    context.required && schema.default === undefined ? 'required' : fallback,
    context.meaning,
  ];
  return [own, ...belowRows(path, schema, context.comments)];
}

/** The keys of what a value may be made of. */
function belowRows(path: string, schema: Schema, comments: SchemaComments): string[][] {
  const { properties = {}, required = [], items } = schema;
  const seen = new Set<string>();
  const shapes = (schema.anyOf ?? schema.oneOf ?? []).flatMap((shape) => belowRows(path, shape, comments));
  return [
    ...Object.entries(properties).flatMap(([key, below]) =>
      keyRows(`${path}.${key}`, below, {
        required: required.includes(key),
        meaning: comments.of(properties, key),
        comments,
      }),
    ),
    ...(items === undefined ? [] : belowRows(path.endsWith('[]') ? path : `${path}[]`, items, comments)),
    // A list of shapes, or one of them: said once.
    ...shapes,
  ].filter((row) => {
    const line = row.join('|');
    return seen.has(line) ? false : seen.add(line);
  });
}

/** Of an object: its keys have rows of their own. */
const BELOW = 'keys below';

function valueText(schema: Schema): string {
  const shapes = schema.anyOf ?? schema.oneOf;
  if (shapes !== undefined) return [...new Set(shapes.map(valueText))].join(' or ');
  if (schema.const !== undefined) return cell(String(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => cell(String(value))).join(', ');
  if (schema.$ref !== undefined) return 'the same again';
  switch (schema.type) {
    case 'array': {
      const item = schema.items === undefined ? BELOW : valueText(schema.items);
      return item === BELOW ? 'list' : `list of ${item}`;
    }
    case 'object': {
      const keys = Object.keys(schema.properties ?? {});
      return keys.length === 0 ? 'names and values' : BELOW;
    }
    case 'integer':
      return `whole number${range(schema)}`;
    case 'number':
      return `number${range(schema)}`;
    case 'boolean':
      return cell('true') + ' or ' + cell('false');
    case 'string':
      return schema.pattern === undefined ? 'text' : `text like ${cell(schema.pattern)}`;
    default:
      return 'value';
  }
}

function range({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const limits = [
    minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `≥ ${minimum}` : '',
    exclusiveMinimum === undefined ? '' : `> ${exclusiveMinimum}`,
    maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `≤ ${maximum}` : '',
  ].filter((limit) => limit !== '');
  return limits.length === 0 ? '' : ` ${limits.join(', ')}`;
}
