import { writeFile } from 'node:fs/promises';
import { getTemporalCli } from './get-temporal-cli.ts';

// Used by the set-up script: finds or gets the Temporal CLI and writes its path to the file named as argument.
const [, , file] = process.argv;
try {
  const cli = await getTemporalCli({ onProgress: (line) => console.error(line) });
  if (file !== undefined) await writeFile(file, cli.path);
} catch (error) {
  const { message, hint } = error as { message: string; hint?: string };
  console.error(hint === undefined ? message : `${message}\n${hint}`);
  process.exitCode = 1;
}
