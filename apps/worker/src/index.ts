export { startControlWorker, type ControlWorkerOptions } from './control-worker.ts';
export { startPrepareWorker, type PrepareWorkerOptions } from './prepare-worker.ts';
export { startTargetWorker, type TargetWorkerOptions } from './target-worker.ts';
export { installRuntime, type RuntimeOptions } from './install-runtime.ts';
export { workflowBundle, type WorkflowBundleOptions } from './workflow-bundle.ts';
export type { RunningWorker, WorkerPlace } from './running-worker.ts';
export { pinProcess } from './device/pin-process.ts';
export {
  serveMetrics,
  TOKEN_VARIABLE,
  type MetricsServer,
  type ServeMetricsOptions,
} from './metrics/serve-metrics.ts';
