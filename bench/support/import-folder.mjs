// Imports a checkpoint. Arguments: checkpoint, folder.
import { importModel } from '@quantloop/models';

const [source, folder] = process.argv.slice(2);
await importModel({ source, folder });
