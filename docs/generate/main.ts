// Writes the pages of the site that are made from the code: node --conditions=@quantloop/source docs/generate/main.ts
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../../apps/cli/src/program/build-program.ts';
import { commandTree } from '../../apps/cli/src/program/command-tree.ts';
import { campaignReference } from './campaign-reference.ts';
import { cliReference } from './cli-reference.ts';
import { readSchemaComments } from './schema-comments.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const folder = path('../reference/');
await mkdir(folder, { recursive: true });
const comments = readSchemaComments(path('../../packages/core/src/campaign'));
await writeFile(`${folder}campaign.md`, campaignReference(comments));
await writeFile(`${folder}cli.md`, cliReference(commandTree(await buildProgram())));
