import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder for each release that recorded some. */
const FOLDER = fileURLToPath(new URL('./histories/', import.meta.url));

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Where this version's are. */
export const HISTORIES = join(FOLDER, version);

/** All of them, as `<release>/<name>`. */
export const RECORDED = readdirSync(FOLDER)
  .flatMap((release) => readdirSync(join(FOLDER, release)).map((file) => `${release}/${file}`))
  .map((file) => file.replace('.json', ''))
  .sort();

export const textOf = (name: string) => readFileSync(join(FOLDER, `${name}.json`), 'utf8');
