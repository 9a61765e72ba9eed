import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { browserBuild } from './browser-build.ts';

let script: Promise<string> | undefined;

/** What a page runs, made of `browser/`: read once per process. */
export function pageScript(): Promise<string> {
  script ??= readScript();
  return script;
}

async function readScript(): Promise<string> {
  const folder = await browserBuild({
    from: import.meta.url,
    ...{ packed: '../browser', root: '../../', entry: 'page.js' },
    sources: [
      'browser/**/*.ts',
      'src/**/*.ts',
      '../core/src/**/*.ts',
      'vite.config.ts',
      'package.json',
      '../../package-lock.json',
    ],
  });
  const source = await readFile(join(folder, 'page.js'), 'utf8');
  // Inside a page these would end the script, or begin a comment in which it does not end.
  return source.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
}
