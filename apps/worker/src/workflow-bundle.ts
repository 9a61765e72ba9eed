import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const require = createRequire(import.meta.url);
/** `.ts` when running from sources, `.js` when built: the workflows are taken in the same form. */
const EXTENSION = extname(import.meta.url);

export interface WorkflowBundleOptions {
  /** Where finished bundles are kept: making one takes about a second. */
  cacheFolder: string;
  /** Module that writes failures, where they are not to stand in histories plainly. */
  failureConverterPath?: string | undefined;
}

export interface WorkflowBundleFile {
  codePath: string;
  /** 16 hexadecimal digits, the same for the same workflows on the same SDK. */
  digest: string;
}

/** The workflow code, bundled once for each version of the workflows and of Temporal's SDK. */
export async function workflowBundle(options: WorkflowBundleOptions): Promise<WorkflowBundleFile> {
  const codeFolder = join(packageFolder('@quantloop/core'), EXTENSION === '.ts' ? 'src' : 'dist');
  const { failureConverterPath } = options;
  const digest = await bundleKey(codeFolder, failureConverterPath);
  const codePath = join(options.cacheFolder, `workflows-${digest}.js`);
  if (await exists(codePath)) return { codePath, digest };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(codeFolder, 'workflows', `index${EXTENSION}`),
    workflowInterceptorModules: [join(codeFolder, 'workflows', `interceptors${EXTENSION}`)],
    logger: QUIET,
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    webpackConfigHook: (config) =>
      EXTENSION === '.ts'
        ? { ...config, resolve: { ...config.resolve, conditionNames: ['@quantloop/source', '...'] } }
        : config,
  });
  await mkdir(options.cacheFolder, { recursive: true });
  const temporary = `${codePath}.${process.pid}`;
  await writeFile(temporary, code);
  await rename(temporary, codePath);
  return { codePath, digest };
}

const silent = () => {};
const QUIET = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };

/** Everything that ends up in the bundle: our own files by content, dependencies by version. */
async function bundleKey(codeFolder: string, converter?: string): Promise<string> {
  const hash = createHash('sha256');
  // Core's dependencies are looked up from core: another version may be hoisted beside it.
  const core = createRequire(join(packageFolder('@quantloop/core'), 'package.json'));
  hash.update(`@temporalio/worker@${await packageVersion(require, '@temporalio/worker')}\n`);
  for (const name of ['@temporalio/workflow', 'zod', 'fastest-levenshtein']) {
    hash.update(`${name}@${await packageVersion(core, name)}\n`);
  }
  if (converter !== undefined) hash.update(await readFile(converter));
  const files = await readdir(codeFolder, { recursive: true });
  for (const file of files.filter((name) => name.endsWith(EXTENSION)).sort()) {
    hash.update(`${file}\n`).update(await readFile(join(codeFolder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

/** Reads the package's file by path: not every package exports its package.json. */
async function packageVersion(from: NodeJS.Require, name: string): Promise<string> {
  for (const folder of from.resolve.paths(name) ?? []) {
    const file = join(folder, name, 'package.json');
    if (await exists(file)) return (JSON.parse(await readFile(file, 'utf8')) as { version: string }).version;
  }
  return 'unknown';
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
