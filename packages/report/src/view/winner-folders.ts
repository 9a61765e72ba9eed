import type { Selection } from '@quantloop/core';

/**
 * The folder of each selection's model inside the run's folder: `winner/<target>-<scenario>`, with the model's name in
 * front where several models were selected, and a number behind where two names would still be equal.
 */
export function winnerFolders(selections: readonly Selection[]): Map<Selection, string> {
  const severalModels = new Set(selections.map((selection) => selection.model)).size > 1;
  const taken = new Set<string>();
  return new Map(
    selections.map((selection) => {
      const { model, target, scenario } = selection;
      const name = [...(severalModels ? [model] : []), target, scenario].join('-');
      let folder = `winner/${name}`;
      for (let n = 2; taken.has(folder); n += 1) folder = `winner/${name}-${n}`;
      taken.add(folder);
      return [selection, folder];
    }),
  );
}
