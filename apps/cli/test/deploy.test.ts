import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { isCommandName } from '../src/commands/index.ts';
import { buildProgram } from '../src/program/build-program.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const KUBERNETES = join(DEPLOY, 'kubernetes');
const MANIFESTS = readdirSync(KUBERNETES);

interface Container {
  name: string;
  image: string;
  args: string[];
  envFrom: { configMapRef: { name: string } }[];
  volumeMounts: { name: string }[];
  resources?: { limits?: Record<string, string | number> };
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  resources?: string[];
  spec?: {
    selector?: { matchLabels: Record<string, string> };
    template?: {
      metadata?: { labels: Record<string, string> };
      spec: {
        terminationGracePeriodSeconds?: number;
        containers: Container[];
        volumes: {
          name: string;
          persistentVolumeClaim?: { claimName: string };
          configMap?: { name: string };
        }[];
      };
    };
  };
}

function read(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { strict: true, uniqueKeys: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS({ maxAliasCount: 100 }) as Manifest;
  });
}
const all = MANIFESTS.flatMap((file) => read(join(KUBERNETES, file)));
const named = (kind: string) => all.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
const pods = all.flatMap(({ kind, metadata, spec }) =>
  spec?.template === undefined ? [] : [{ kind, name: metadata.name, spec, pod: spec.template.spec }],
);

/** Parses as the command line does, without doing anything. */
async function parse(args: readonly string[]): Promise<void> {
  const [name = ''] = args;
  if (!isCommandName(name)) throw new Error(`${name} is no command`);
  const program = await buildProgram({ names: [name] });
  const command = program.commands.find((each) => each.name() === name)!;
  command.action(() => {}).configureOutput({ writeErr: () => {} });
  await program.parseAsync([...args], { from: 'user' });
}

describe('the manifests', () => {
  it('are all part of the kustomization, but for the campaign, which is begun by hand', () => {
    const [{ resources } = { resources: [] }] = read(join(KUBERNETES, 'kustomization.yaml'));
    const expected = MANIFESTS.filter((file) => !['kustomization.yaml', 'campaign.yaml'].includes(file));
    expect([...resources!].sort()).toEqual(expected.sort());
  });

  it.each(pods)('give $name a command that there is', async ({ pod }) => {
    for (const { args } of pod.containers) await parse(args);
  });

  it.each(pods)('give $name volumes, settings and labels that there are', ({ spec, pod }) => {
    const volumes = pod.volumes.map(({ name }) => name);
    for (const { envFrom, volumeMounts } of pod.containers) {
      for (const mount of volumeMounts) expect(volumes).toContain(mount.name);
      for (const { configMapRef } of envFrom) expect(named('ConfigMap')).toContain(configMapRef.name);
    }
    for (const { persistentVolumeClaim: claim } of pod.volumes) {
      if (claim !== undefined) expect(named('PersistentVolumeClaim')).toContain(claim.claimName);
    }
    expect(spec.template!.metadata?.labels).toEqual(spec.selector?.matchLabels);
  });

  it.each(pods.filter(({ kind }) => kind === 'Deployment'))('let $name drain', ({ pod }) => {
    // `quantloop worker` ends within 20 s.
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(20);
  });

  it('pin a worker to a device of its own where it asks for one', () => {
    const withGpu = pods.filter(({ pod }) => pod.containers[0]!.resources?.limits?.['nvidia.com/gpu']);
    expect(withGpu.map(({ name }) => name)).toEqual(['quantloop-target-l4']);
    expect(withGpu[0]!.pod.containers[0]!.args.join(' ')).toContain('--device cuda:0');
  });
});

it('a command line of a manifest that is wrong does not pass', async () => {
  await expect(parse(['worker', '--targets', 'x'])).rejects.toThrow('unknown option');
  await expect(parse(['work'])).rejects.toThrow('no command');
});

it('every command in the checklist is one that there is', async () => {
  const text = readFileSync(join(DEPLOY, 'README.md'), 'utf8');
  const commands = [...text.matchAll(/`quantloop ([a-z-]+)/g)].map(([, name]) => name!);
  expect(commands.length).toBeGreaterThan(1);
  for (const name of commands) expect(isCommandName(name)).toBe(true);
});

it('the values for the server name the namespace of the workers', () => {
  const [values] = read(join(DEPLOY, 'temporal-values.yaml')) as unknown as [
    { server: { config: { namespaces: { namespace: { name: string }[] } } } },
  ];
  const map = all.find(({ kind }) => kind === 'ConfigMap') as unknown as { data: Record<string, string> };
  const names = values.server.config.namespaces.namespace.map(({ name }) => name);
  expect(names).toContain(map.data['TEMPORAL_NAMESPACE']);
});
