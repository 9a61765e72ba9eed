import { hostname } from 'node:os';
import { PREPARE_QUEUE } from '@quantloop/core';
import { defineStage, jobModule, stageActivity } from '@quantloop/jobs';
import { models } from '@quantloop/models';
import { quantizeStage } from '@quantloop/quantize';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';

/** The stage as it is, computed by `troubled-quantize.ts`. */
const troubledStage = defineStage({
  ...quantizeStage,
  module: jobModule(import.meta.url, './troubled-quantize'),
});

/** A prepare worker, in this process, whose quantization has trouble. */
export async function startTroubledWorker(options: {
  address: string;
  storeRoot: string;
}): Promise<{ stop(): Promise<void> }> {
  const { address, storeRoot } = options;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
  });
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue: PREPARE_QUEUE,
    identity: `${hostname()}/prepare/${process.pid}`,
    plugins: [models({ storeRoot })],
    activities: { [troubledStage.name]: stageActivity(troubledStage, { storeRoot }) },
  });
  const done = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await done;
      await connection.close();
    },
  };
}
