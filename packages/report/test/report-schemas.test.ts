import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { reportSchemas } from '../src/index.ts';

it.each(Object.entries(reportSchemas()))('the published %s is current', async (name, schema) => {
  const published: unknown = JSON.parse(
    await readFile(new URL(`../schema/${name}`, import.meta.url), 'utf8'),
  );
  // The script behind `npm run schemas` writes it.
  expect(published).toEqual(JSON.parse(JSON.stringify(schema)));
});
