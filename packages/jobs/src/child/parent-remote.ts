import type { Remote } from '@quantloop/artifacts';
import { QuantloopError } from '@quantloop/core';
import { z } from 'zod';
import type { AnswerMessage, ChildMessage } from './messages.ts';
import { ListedObjects, type RemoteCall } from './remote-messages.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: QuantloopError): void;
}

const waiting = new Map<number, Waiting>();
let calls = 0;

/** The shared store of a job, through its parent. Blobs lie in the cache that both see; only names go back and forth. */
export function parentRemote(location: string): Remote {
  return {
    location,
    has: async (digest, size) => z.boolean().parse(await ask({ call: 'has', digest, size })),
    fetch: async (digest) => void (await ask({ call: 'fetch', digest })),
    push: async (digest) => void (await ask({ call: 'push', digest })),
    objects: {
      async read(name) {
        const base64 = z
          .string()
          .nullable()
          .parse(await ask({ call: 'read', name }));
        return base64 === null ? undefined : Buffer.from(base64, 'base64');
      },
      async write(name, bytes, { keepExisting = false } = {}) {
        const base64 = Buffer.from(bytes).toString('base64');
        return z.boolean().parse(await ask({ call: 'write', name, base64, keepExisting }));
      },
      discard: async (name) => void (await ask({ call: 'discard', name })),
      remove: async (names) => void (await ask({ call: 'remove', names: [...names] })),
      clear: async (folder) => void (await ask({ call: 'clear', folder })),
      list: async (folder) => ListedObjects.parse(await ask({ call: 'list', folder })),
    },
  };
}

/** Hands the parent's answer to whoever waits for it. */
export function settle({ id, value, failure }: AnswerMessage): void {
  const asked = waiting.get(id);
  waiting.delete(id);
  if (failure === undefined) asked?.resolve(value);
  else {
    const { code, message, hint } = failure;
    asked?.reject(new QuantloopError({ code, message, ...(hint !== undefined && { hint }) }));
  }
}

function ask(call: RemoteCall): Promise<unknown> {
  const id = ++calls;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    process.send?.({ type: 'remote', id, call } satisfies ChildMessage);
  });
}
