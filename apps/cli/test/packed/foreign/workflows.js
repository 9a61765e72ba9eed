import { proxyActivities } from '@temporalio/workflow';

const { importModel, quantizeModel } = proxyActivities({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '30 seconds',
});

/** A team's own workflow, which takes in a model and has it quantized. */
export async function shrink(source) {
  const imported = await importModel({ source });
  const recipe = {
    method: 'rtn',
    bits: 4,
    granularity: { group: 32 },
    symmetric: true,
    exclude: [],
    options: {},
  };
  const quantized = await quantizeModel({ model: imported.output.model, recipe });
  return { before: imported.output.model.size, after: quantized.output.model.size };
}
