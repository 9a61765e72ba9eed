import { createHash } from 'node:crypto';
import { access, glob, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface BrowserBuild {
  /** `import.meta.url` of the module that asks. */
  from: string;
  /** The built files of a packed installation, relative to it. */
  packed: string;
  /** The package's folder with its `vite.config.ts`, relative to it. */
  root: string;
  /** A file that the build makes. */
  entry: string;
  /** Globs of what it is made of, relative to the package's folder. */
  sources: readonly string[];
}

/**
 * The folder of what a browser runs. In a packed installation it came along; a clone has Vite build it at first use, once
 * per digest of its sources.
 */
export async function browserBuild({ from, packed, root, entry, sources }: BrowserBuild): Promise<string> {
  if (from.endsWith('.js')) return fileURLToPath(new URL(packed, from));
  const folder = fileURLToPath(new URL(root, from));
  const built = join(folder, 'node_modules/.cache/browser', await digestOf(folder, sources));
  if (await exists(join(built, entry))) return built;
  const { build } = await import('vite');
  // Beside it, then renamed: another process may be building the same.
  const fresh = `${built}.${process.pid}`;
  await build({
    configFile: join(folder, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: fresh, emptyOutDir: true },
  });
  await rename(fresh, built).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!(await exists(join(built, entry)))) throw error;
  });
  return built;
}

async function digestOf(folder: string, sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const files: string[] = [];
  for await (const file of glob([...sources], { cwd: folder })) files.push(file);
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
