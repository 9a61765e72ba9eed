import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * URL of a module beside the calling one, given without its extension: `.ts` when run from sources, `.js` when built.
 *
 * @example jobModule(import.meta.url, './run-quantize')
 */
export function jobModule(importMetaUrl: string, specifier: string): string {
  return new URL(specifier + extname(fileURLToPath(importMetaUrl)), importMetaUrl).href;
}
