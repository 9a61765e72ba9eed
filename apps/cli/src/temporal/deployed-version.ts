import type { Session } from '../session.ts';

/** The version that a control worker of this process is of. */
export interface DeployedVersion {
  deployment: string;
  buildId: string;
  /** The deployment's current version: workflows run on it. */
  current: boolean;
}

/** Undefined where no worker of this process is of a worker deployment. */
export async function deployedVersion({ client, workers }: Session): Promise<DeployedVersion | undefined> {
  const version = workers().find((worker) => worker.version !== undefined)?.version;
  if (version === undefined) return undefined;
  const { deploymentName: deployment, buildId } = version;
  const { namespace } = client.options;
  // A deployment is there from its first worker's first poll on.
  const described = await client.workflowService
    .describeWorkerDeployment({ namespace, deploymentName: deployment })
    .catch(() => undefined);
  const current = described?.workerDeploymentInfo?.routingConfig?.currentDeploymentVersion;
  return { deployment, buildId, current: current?.buildId === buildId };
}

/** How a version becomes the current one. */
export function promotion({ deployment, buildId }: DeployedVersion, { address, client }: Session): string {
  return (
    `Version ${buildId} is not the current one of ${deployment}, and gets no workflows. To make it so: ` +
    `temporal worker deployment set-current-version --address ${address} --namespace ${client.options.namespace} ` +
    `--deployment-name ${deployment} --build-id ${buildId}`
  );
}
