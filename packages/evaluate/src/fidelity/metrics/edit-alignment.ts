/** How a hypothesis becomes the reference with the fewest edits. */
export interface Alignment {
  distance: number;
  /** For each word of the reference the position in the hypothesis that it stands at, or after which it is missing; −1 is before all. */
  positions: Int32Array;
  /** 1 for each word of the hypothesis that is replaced or deleted. */
  wrong: Uint8Array;
  /** 1 for each word of the reference that is replaced or inserted. */
  missed: Uint8Array;
}

/** Half the width of the band around the diagonal that is searched, as Tercom's beam. */
const BAND = 25;
const UNREACHED = 1 << 29;
const KEEP = 0;
const REPLACE = 1;
const DELETE = 2;
const INSERT = 3;

/** Levenshtein distance of words within a band; among equal ways keep or replace come first, then delete, then insert. */
export function alignWords(hypothesis: readonly string[], reference: readonly string[]): Alignment {
  const rows = hypothesis.length;
  const columns = reference.length;
  const stride = columns + 1;
  const costs = new Int32Array((rows + 1) * stride).fill(UNREACHED);
  const edits = new Uint8Array((rows + 1) * stride);
  for (let j = 0; j <= columns; j++) [costs[j], edits[j]] = [j, INSERT];

  const slope = rows === 0 ? 1 : columns / rows;
  // With lengths very different a row of the band might not touch the one before.
  const band = BAND < slope / 2 ? Math.ceil(slope / 2 + BAND) : BAND;
  for (let i = 1; i <= rows; i++) {
    const diagonal = Math.floor(i * slope);
    const end = i === rows ? columns + 1 : Math.min(columns + 1, diagonal + band);
    for (let j = Math.max(0, diagonal - band); j < end; j++) {
      const cell = i * stride + j;
      const above = costs[cell - stride]! + 1;
      if (j === 0) {
        costs[cell] = above;
        edits[cell] = DELETE;
        continue;
      }
      const equal = hypothesis[i - 1] === reference[j - 1];
      let cost = costs[cell - stride - 1]! + (equal ? 0 : 1);
      let edit = equal ? KEEP : REPLACE;
      if (above < cost) [cost, edit] = [above, DELETE];
      if (costs[cell - 1]! + 1 < cost) [cost, edit] = [costs[cell - 1]! + 1, INSERT];
      costs[cell] = cost;
      edits[cell] = edit;
    }
  }
  return { distance: costs[rows * stride + columns]!, ...trace(edits, rows, columns) };
}

function trace(edits: Uint8Array, rows: number, columns: number): Omit<Alignment, 'distance'> {
  const positions = new Int32Array(columns);
  const wrong = new Uint8Array(rows);
  const missed = new Uint8Array(columns);
  for (let i = rows, j = columns; i > 0 || j > 0;) {
    const edit = edits[i * (columns + 1) + j]!;
    const changed = edit === KEEP ? 0 : 1;
    if (edit !== INSERT) wrong[i - 1] = changed;
    if (edit !== DELETE) {
      missed[j - 1] = changed;
      positions[j - 1] = i - 1;
    }
    if (edit !== INSERT) i -= 1;
    if (edit !== DELETE) j -= 1;
  }
  return { positions, wrong, missed };
}
