import { join } from 'node:path';
import { openStore, type Store } from '@quantloop/artifacts';
import { afterAll, describe } from 'vitest';
import { S3_MISSING, startS3Server, type S3Server } from '../../../test-support/s3-server.ts';
import { newRoot } from './new-root.ts';

/** A place for one store. */
export interface Site {
  /** As `openStore` takes it. */
  root: string;
  /** The folder in which the content really lies, as files. */
  files: string;
  open(): Promise<Store>;
  /** Opens it as a machine that has not fetched anything yet. */
  openElsewhere(): Promise<Store>;
}

export type NewSite = () => Promise<Site>;

const newFolder: NewSite = async () => {
  const root = await newRoot();
  const open = () => openStore({ root });
  return { root, files: root, open, openElsewhere: open };
};

let server: Promise<S3Server> | undefined;
let sites = 0;
afterAll(async () => (await server)?.stop());

/** The S3 server of a test file, which this process has its credentials for. */
export async function s3Server(): Promise<S3Server> {
  server ??= newRoot().then(startS3Server);
  const started = await server;
  Object.assign(process.env, started.env);
  return started;
}

export const newPrefix: NewSite = async () => {
  const { bucket, files } = await s3Server();
  const prefix = `site-${++sites}`;
  const root = `s3://${bucket}/${prefix}`;
  const openIn = async (cache: string) => {
    process.env['QUANTLOOP_CACHE_DIR'] = cache;
    return openStore({ root });
  };
  const own = await newRoot();
  return {
    root,
    files: join(files, prefix),
    open: () => openIn(own),
    openElsewhere: async () => openIn(await newRoot()),
  };
};

/** The same tests for the store in a folder and the store on S3. `s3` tells which it is, for what costs time there. */
export function onEveryStore(title: string, define: (newSite: NewSite, s3: boolean) => void): void {
  describe(`${title}, in a folder`, () => define(newFolder, false));
  describe.skipIf(S3_MISSING !== '')(`${title}, on S3${S3_MISSING}`, () => define(newPrefix, true));
}
