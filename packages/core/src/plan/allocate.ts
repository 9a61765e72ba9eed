/** One way of storing a weight. */
export interface AllocationChoice {
  /** What is to be small in sum: the divergence it causes. At least 0. */
  cost: number;
  /** What the sum is limited of: bytes. At least 0. */
  size: number;
}

export interface Allocation {
  /** Index of the choice for each item. */
  picks: number[];
  cost: number;
  size: number;
  /** No allocation within the limit costs less than this: the cost is optimal where both are equal. */
  bound: number;
}

/** More partial allocations than this are not followed at once: the best by their bounds are. */
const STATES = 20_000;

/**
 * One choice for each item, so that the sizes stay within a limit and the costs are as small as can be; undefined when
 * not even the smallest choices fit. (With cost and size exchanged: the smallest size within a limit on the cost.)
 *
 * This is the multiple-choice knapsack problem (Kellerer, Pferschy, Pisinger: Knapsack Problems, ch. 11). Each item's
 * choices are reduced to those that no other dominates; the relaxation in which choices may be mixed is solved on their
 * lower convex hulls by taking steps in the order of what they save per size; its rounding is a first allocation, and
 * its multiplier bounds what any partial allocation can still become. Dynamic programming over the items then keeps
 * only partial allocations that nothing dominates and that may still beat the best known: exact, unless there are more
 * than {@link STATES} of them at once.
 */
export function allocate(
  items: readonly (readonly AllocationChoice[])[],
  limit: number,
): Allocation | undefined {
  const fronts = items.map(frontOf);
  const smallest = suffixSums(fronts.map((front) => front[0]?.choice.size ?? Infinity));
  if (!(smallest[0]! <= limit)) return undefined;
  const { picks: rounded, multiplier } = relax(fronts, limit);
  const first = evaluate(fronts, rounded);
  const penalized = fronts.map((front) =>
    Math.min(...front.map(({ choice }) => choice.cost + multiplier * choice.size)),
  );
  const rest = suffixSums(penalized);
  const found = search({ fronts, limit, multiplier, smallest, rest, known: first.cost });
  const places = found ?? rounded;
  const { cost, size } = evaluate(fronts, places);
  // Sums in another order differ in the last digits.
  const bound = Math.max(0, Math.min(cost, rest[0]! - multiplier * limit));
  return { picks: places.map((place, item) => fronts[item]![place]!.index), cost, size, bound };
}

interface Ranked {
  choice: AllocationChoice;
  /** Among the item's choices as given. */
  index: number;
}

/** The choices that no other dominates, from the smallest to the largest, which costs least. */
function frontOf(choices: readonly AllocationChoice[]): Ranked[] {
  const sorted = choices
    .map((choice, index) => ({ choice, index }))
    .sort((a, b) => a.choice.size - b.choice.size || a.choice.cost - b.choice.cost);
  const front: Ranked[] = [];
  for (const ranked of sorted) {
    if (front.length === 0 || ranked.choice.cost < front.at(-1)!.choice.cost) front.push(ranked);
  }
  return front;
}

interface Step {
  item: number;
  /** In the item's front. */
  to: number;
  size: number;
  /** Cost saved per size. */
  gain: number;
}

/** From the smallest choices up along the convex hulls, the steps that save most per size first, while they fit. */
function relax(fronts: readonly Ranked[][], limit: number): { picks: number[]; multiplier: number } {
  const steps = fronts.flatMap(hullSteps).sort((a, b) => b.gain - a.gain);
  const picks = fronts.map(() => 0);
  let room = limit - fronts.reduce((sum, front) => sum + front[0]!.choice.size, 0);
  let multiplier: number | undefined;
  const stopped = new Set<number>();
  for (const { item, to, size, gain } of steps) {
    // Once an item's step did not fit, its later ones are from a place it is not at.
    if (stopped.has(item)) continue;
    if (size > room) {
      multiplier ??= gain;
      stopped.add(item);
    } else {
      picks[item] = to;
      room -= size;
    }
  }
  return { picks, multiplier: multiplier ?? 0 };
}

function hullSteps(front: readonly Ranked[], item: number): Step[] {
  const hull: number[] = [];
  const gainOf = (from: number, to: number) =>
    (front[from]!.choice.cost - front[to]!.choice.cost) / (front[to]!.choice.size - front[from]!.choice.size);
  for (let to = 0; to < front.length; to++) {
    while (hull.length >= 2 && gainOf(hull.at(-2)!, hull.at(-1)!) <= gainOf(hull.at(-1)!, to)) hull.pop();
    hull.push(to);
  }
  return hull.slice(1).map((to, i) => {
    const from = hull[i]!;
    const size = front[to]!.choice.size - front[from]!.choice.size;
    return { item, to, size, gain: gainOf(from, to) };
  });
}

interface State {
  cost: number;
  size: number;
  place: number;
  before: State | undefined;
}

/** Places of an allocation that costs less than the known one; undefined when none was found. */
function search(options: {
  fronts: readonly Ranked[][];
  limit: number;
  multiplier: number;
  /** Sums over the items from each on: of the smallest sizes, of the penalized costs. */
  smallest: readonly number[];
  rest: readonly number[];
  known: number;
}): number[] | undefined {
  const { fronts, limit, multiplier, smallest, rest, known } = options;
  let states: State[] = [{ cost: 0, size: 0, place: -1, before: undefined }];
  for (const [item, front] of fronts.entries()) {
    const boundOf = ({ cost, size }: State) => cost + rest[item + 1]! - multiplier * (limit - size);
    const next: State[] = [];
    for (const before of states) {
      for (const [place, { choice }] of front.entries()) {
        const state = { cost: before.cost + choice.cost, size: before.size + choice.size, place, before };
        if (state.size + smallest[item + 1]! <= limit && boundOf(state) < known) next.push(state);
      }
    }
    next.sort((a, b) => a.size - b.size || a.cost - b.cost);
    let least = Infinity;
    states = next.filter(({ cost }) => cost < least && ((least = cost), true));
    if (states.length > STATES) {
      states.sort((a, b) => boundOf(a) - boundOf(b));
      states.length = STATES;
    }
  }
  const best = states.reduce<State | undefined>(
    (least, state) => (least === undefined || state.cost < least.cost ? state : least),
    undefined,
  );
  if (best === undefined || best.cost >= known) return undefined;
  const places: number[] = [];
  for (let state: State | undefined = best; state?.before !== undefined; state = state.before)
    places.unshift(state.place);
  return places;
}

function evaluate(fronts: readonly Ranked[][], places: readonly number[]): { cost: number; size: number } {
  let [cost, size] = [0, 0];
  for (const [item, place] of places.entries()) {
    cost += fronts[item]![place]!.choice.cost;
    size += fronts[item]![place]!.choice.size;
  }
  return { cost, size };
}

/** `sums[i]`: of the values from i on; one more than there are values, 0 at the end. */
function suffixSums(values: readonly number[]): number[] {
  const sums = [...values, 0];
  for (let i = values.length - 1; i >= 0; i--) sums[i] = values[i]! + sums[i + 1]!;
  return sums;
}
