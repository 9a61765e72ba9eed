import { checkpointFolder, type Remote } from '@quantloop/artifacts';
import { QuantloopError } from '@quantloop/core';
import type { RemoteCall } from './remote-messages.ts';

/**
 * Does for a job what it asks of the shared store: blobs, and the blocks of its own checkpoint. It sees no credentials,
 * and reaches no result and no other job's blocks. The answer is JSON.
 */
export function serveRemote(remote: Remote, key: string): (call: RemoteCall) => Promise<unknown> {
  const { objects } = remote;
  const folder = checkpointFolder(key);
  const own = (name: string) => {
    if (name === folder || name.startsWith(`${folder}/`)) return name;
    throw new QuantloopError({
      code: 'internal',
      message: `A job asked for "${name}", which is not part of its checkpoint.`,
      hint: 'Jobs use artifacts and their own checkpoint; results are stored by whoever runs them.',
    });
  };
  return async (call) => {
    switch (call.call) {
      case 'has':
        return remote.has(call.digest, call.size);
      case 'fetch':
        return remote.fetch(call.digest);
      case 'push':
        return remote.push(call.digest);
      case 'read': {
        const bytes = await objects.read(own(call.name));
        return bytes === undefined ? null : Buffer.from(bytes).toString('base64');
      }
      case 'write': {
        const { keepExisting } = call;
        return objects.write(own(call.name), Buffer.from(call.base64, 'base64'), { keepExisting });
      }
      case 'discard':
        return objects.discard(own(call.name));
      case 'remove':
        return objects.remove(call.names.map(own));
      case 'clear':
        return objects.clear(own(call.folder));
      case 'list':
        return objects.list(own(call.folder));
    }
  };
}
