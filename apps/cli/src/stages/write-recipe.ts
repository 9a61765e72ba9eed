import { access, writeFile } from 'node:fs/promises';
import type { Recipe } from '@quantloop/core';
import { stringify } from 'yaml';
import { CliError, EXIT } from '../cli-error.ts';

/** Refuses a file that is there already, or one that nothing would be written to. */
export async function requireFreeFile(file: string, mixed: object | undefined): Promise<void> {
  if (mixed === undefined) {
    throw new CliError({
      message: `--out ${file}: without --budget or --max-divergence there is no recipe to write`,
      hint: 'Add one of them, or leave --out out; --json prints the whole scan.',
      exitCode: EXIT.invalid,
    });
  }
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (!there) return;
  throw new CliError({
    message: `--out ${file} is there already`,
    hint: 'Name a file that does not exist yet.',
    exitCode: EXIT.invalid,
  });
}

/** Writes a recipe as YAML, as it may stand in a campaign file. */
export async function writeRecipe(file: string, recipe: Recipe): Promise<void> {
  await writeFile(file, stringify(recipe, { aliasDuplicateObjects: false, lineWidth: 0 }), { flag: 'wx' });
}
