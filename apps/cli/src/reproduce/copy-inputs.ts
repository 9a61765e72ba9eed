import type { Store } from '@quantloop/artifacts';
import { FOLDER_MEDIA_TYPE, type ArtifactRef, type Campaign } from '@quantloop/core';
import { CliError } from '../cli-error.ts';

/** Puts what a campaign refers to, its tasks and texts, into another store. */
export async function copyInputs(campaign: Campaign, from: Store, to: Store): Promise<void> {
  for (const ref of inputsOf(campaign)) await copyArtifact(ref, from, to);
}

export async function copyArtifact(ref: ArtifactRef, from: Store, to: Store): Promise<void> {
  if (await to.verify(ref)) return;
  if (!(await from.verify(ref))) {
    throw new CliError({
      message: `The store at ${from.root} no longer has ${ref.digest}, which the run refers to`,
      hint: 'Name the store of that run with --store, or run the campaign file anew.',
    });
  }
  if (ref.mediaType === FOLDER_MEDIA_TYPE) await to.putFolder(await from.folder(ref));
  else await to.putBytes(await from.readBytes(ref), ref.mediaType);
}

function inputsOf({ calibration, fidelity, performance }: Campaign): ArtifactRef[] {
  return [
    ...(calibration === undefined ? [] : [calibration.text]),
    ...fidelity.map((check) => (check.kind === 'task' ? check.bundle : check.text)),
    ...performance.flatMap(({ prompts }) => (prompts === undefined ? [] : [prompts])),
  ];
}
