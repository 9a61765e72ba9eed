import type { Client, Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '@quantloop/core';
import type { Session } from '../session.ts';

/** What the types are called on the command line, and their numbers in Temporal's protocol. */
const TYPES = {
  KEYWORD: { name: 'Keyword', number: 2 },
  KEYWORD_LIST: { name: 'KeywordList', number: 7 },
} as const;

/**
 * Whether campaigns can be started with search attributes. The embedded server is given them; of another one, where they
 * are an administrator's business, it is said what is missing.
 */
export async function searchable(
  { client, embedded }: Pick<Session, 'client' | 'embedded'>,
  note: (line: string) => void,
): Promise<boolean> {
  const missing = await missingAttributes(client).catch(() => keys());
  if (missing.length === 0) return true;
  if (!embedded) {
    note(
      `Campaigns on this server cannot be found by model, target and outcome. Once: ${registration(client, missing)}`,
    );
    return false;
  }
  const { namespace } = client.options;
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, TYPES[type].number]));
  await operator(client).addSearchAttributes({ namespace, searchAttributes });
  return true;
}

/** The command that gives a namespace what it lacks. */
export function registration(client: Client, missing = keys()): string {
  const all = missing.map(({ name, type }) => `--name ${name} --type ${TYPES[type].name}`).join(' ');
  return `temporal operator search-attribute create --namespace ${client.options.namespace} ${all}`;
}

type Key = (typeof SEARCH_ATTRIBUTES)[keyof typeof SEARCH_ATTRIBUTES];
const keys = (): Key[] => Object.values(SEARCH_ATTRIBUTES);

async function missingAttributes(client: Client): Promise<Key[]> {
  const { namespace } = client.options;
  const { customAttributes } = await operator(client).listSearchAttributes({ namespace });
  return keys().filter(({ name }) => !Object.hasOwn(customAttributes, name));
}

/** Clients of this program are made with a connection of their own. */
const operator = ({ connection }: Client) => (connection as Connection).operatorService;
