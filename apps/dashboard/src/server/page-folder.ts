import { createHash } from 'node:crypto';
import { access, glob, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built page's folder. In a packed installation it came along; from sources it is built once per their digest. */
export async function pageFolder(): Promise<string> {
  if (import.meta.url.endsWith('.js')) return fileURLToPath(new URL('../page', import.meta.url));
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const folder = join(root, 'node_modules/.cache/page', await digestOfSources(root));
  if (await exists(join(folder, 'index.html'))) return folder;
  const { build } = await import('vite');
  // Beside it, then renamed: another process may be building the same.
  const fresh = `${folder}.${process.pid}`;
  await build({
    root: join(root, 'page'),
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: fresh },
  });
  await rename(fresh, folder).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!(await exists(join(folder, 'index.html')))) throw error;
  });
  return folder;
}

async function digestOfSources(root: string): Promise<string> {
  const hash = createHash('sha256');
  const patterns = [
    'page/**/*.*',
    'vite.config.ts',
    'package.json',
    '../../packages/report/src/plots/colors.ts',
    '../../package-lock.json',
  ];
  const files: string[] = [];
  for await (const file of glob(patterns, { cwd: root })) files.push(file);
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(root, file)));
  return hash.digest('hex').slice(0, 16);
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
