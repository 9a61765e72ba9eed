import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The environment of a user: Node 24 and npm on the PATH, and none of this workspace's settings. */
const env = {
  ONNXRUNTIME_NODE_INSTALL: 'skip',
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
  NODE_OPTIONS: '',
};

/**
 * Builds every package, packs it, and installs the tarballs into an empty folder far from this workspace. Throws with
 * npm's own words when what they depend on can be had neither from npm's cache nor from a registry.
 */
export async function installPacked(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quantloop-packed-'));
  await execa('npx', ['nx', 'run-many', '-t', 'build'], {
    cwd: ROOT,
    env: { NX_DAEMON: 'false', CI: 'true' },
  });
  const dependencies: Record<string, string> = {};
  for (const group of ['packages', 'apps']) {
    for (const name of await readdir(join(ROOT, group))) {
      const source = join(ROOT, group, name);
      const { stdout } = await execa('npm', ['pack', '--json', '--pack-destination', folder], {
        cwd: source,
        env,
      });
      const { filename } = packedFile(JSON.parse(stdout));
      const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { name: string };
      dependencies[manifest.name] = `file:./${filename}`;
    }
  }
  // What a foreign worker brings along itself.
  for (const name of ['@temporalio/client', '@temporalio/worker', '@temporalio/workflow'])
    dependencies[name] = '1.24.0';
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'elsewhere', type: 'module', dependencies }),
  );
  await cp(fileURLToPath(new URL('./foreign/', import.meta.url)), folder, { recursive: true });
  await execa('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder, env });
  return folder;
}

/** Runs a program in the folder as a user would. */
export function runThere(folder: string, program: string, args: string[]) {
  return execa(program, args, { cwd: folder, env, reject: false });
}

/** npm 10 prints a list, npm 11 an object by package name. */
function packedFile(printed: unknown): { filename: string } {
  return Object.values(printed as Record<string, { filename: string }>)[0]!;
}
