import { digestOfFile, digestOfJson } from '@quantloop/artifacts';
import type { HubOptions } from '../checkpoint/hub-connection.ts';
import { resolveInside } from '@quantloop/untrusted';
import { parseHubSource, resolveCommit } from '../checkpoint/hub.ts';
import { locateSource } from './locate-source.ts';
import { findSourceFiles } from './source-files.ts';

/**
 * Identity of a source by content: the digest of every file that the import reads; for a model on the hub its commit.
 * Files are streamed.
 */
export async function sourceDigest(source: string, hub: HubOptions = {}): Promise<string> {
  if (source.startsWith('hf:')) {
    const parsed = parseHubSource(source);
    return digestOfJson({ repo: parsed.repo, commit: await resolveCommit(parsed, hub) });
  }
  const folder = await locateSource(source, hub);
  const { kind, weights, sidecars } = await findSourceFiles(folder);
  const files: Record<string, string> = {};
  for (const name of [...weights, ...sidecars]) {
    files[name] = await digestOfFile(await resolveInside({ folder, path: name, code: 'model-corrupt' }));
  }
  return digestOfJson({ kind, files });
}
