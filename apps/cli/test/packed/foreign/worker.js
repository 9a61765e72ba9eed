// A worker of somebody else: it adds two of quantloop's plugins to its own and knows nothing more of quantloop.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { models } from '@quantloop/models';
import { quantize } from '@quantloop/quantize';
import { NativeConnection, Worker } from '@temporalio/worker';

const [address, storeRoot] = process.argv.slice(2);
const connection = await NativeConnection.connect({ address });
const worker = await Worker.create({
  connection,
  taskQueue: 'theirs',
  workflowsPath: fileURLToPath(new URL('./workflows.js', import.meta.url)),
  plugins: [models({ storeRoot }), quantize({ storeRoot })],
});
const client = new Client({ connection: await Connection.connect({ address }) });
const result = await worker.runUntil(
  client.workflow.execute('shrink', { taskQueue: 'theirs', workflowId: 'shrink', args: ['builtin:demo'] }),
);
await connection.close();
console.log(JSON.stringify(result));
process.exit(0);
