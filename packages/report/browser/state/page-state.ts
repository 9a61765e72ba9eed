export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** All that a reader can set, and nothing else: a page with the same address looks the same. */
export interface PageState {
  theme: Theme;
  /** Id of the trial whose page is open. */
  trial: string | undefined;
  /** Id of the chapter to begin at. */
  at: string | undefined;
  search: string;
  method: string;
  bits: string;
  /** `<scenario>:<result>`. */
  verdict: string;
  /** A column, with `-` in front where the largest comes first; empty: as on the board. */
  sort: string;
  /** Ids of columns; undefined: the standard ones. */
  columns: string[] | undefined;
  /** Ids of trials. */
  hidden: string[];
  pinned: string[];
  marked: string[];
  /** Limits that were moved, by their place among the campaign's. */
  limits: Readonly<Record<number, number>>;
  /** Metric on the quality axis of all plots. */
  quality: string | undefined;
  /** Metric on the other axis, by plot. */
  against: Readonly<Record<string, string>>;
  /** What of the axes is in view, by plot: shares of x from and to, then of y, in per cent. */
  zoom: Readonly<Record<string, readonly number[]>>;
}

const TEXTS = ['search', 'method', 'bits', 'verdict', 'sort'] as const;
const LISTS = ['hidden', 'pinned', 'marked'] as const;

/** The state that an address names; what it does not name, or names wrongly, is as at first. */
export function readHash(hash: string): PageState {
  const text = hash.replace(/^#/, '');
  const named = new URLSearchParams(text.includes('=') ? text : '');
  const one = (name: string) => named.get(name) ?? '';
  const optional = (name: string) => named.get(name) ?? undefined;
  return {
    at: text.includes('=') ? optional('at') : text || undefined,
    ...{ trial: optional('trial'), quality: optional('quality') },
    columns: named.has('column') ? named.getAll('column') : undefined,
    theme: THEMES.find((theme) => theme === one('theme')) ?? 'system',
    ...{ search: one('search'), method: one('method'), bits: one('bits') },
    ...{ verdict: one('verdict'), sort: one('sort') },
    ...{ hidden: named.getAll('hidden'), pinned: named.getAll('pinned').slice(0, 2) },
    marked: named.getAll('marked'),
    limits: Object.fromEntries(
      entriesOf(named, 'limit').flatMap(([index, value]) => {
        const limit = Number(value);
        return /^\d+$/.test(index) && value !== '' && Number.isFinite(limit) ? [[index, limit]] : [];
      }),
    ),
    against: Object.fromEntries(entriesOf(named, 'against')),
    zoom: Object.fromEntries(
      entriesOf(named, 'zoom').flatMap(([plot, value]) => {
        const shares = value.split(',').map(Number);
        const valid = shares.length === 4 && shares.every((share) => share >= 0 && share <= 100);
        return valid ? [[plot, shares]] : [];
      }),
    ),
  };
}

/** The address of a state: what is as at first is left out. */
export function writeHash(state: PageState): string {
  const named = new URLSearchParams();
  if (state.at !== undefined) named.append('at', state.at);
  if (state.trial !== undefined) named.append('trial', state.trial);
  if (state.theme !== 'system') named.append('theme', state.theme);
  for (const name of TEXTS) if (state[name] !== '') named.append(name, state[name]);
  for (const name of LISTS) for (const id of state[name]) named.append(name, id);
  for (const id of state.columns ?? []) named.append('column', id);
  for (const [index, value] of Object.entries(state.limits)) named.append(`limit.${index}`, String(value));
  if (state.quality !== undefined) named.append('quality', state.quality);
  for (const [plot, metric] of Object.entries(state.against)) named.append(`against.${plot}`, metric);
  for (const [plot, shares] of Object.entries(state.zoom)) named.append(`zoom.${plot}`, shares.join(','));
  return named.size === 0 ? '' : `#${named}`;
}

/** `limit.3=0.5` → `['3', '0.5']`. */
const entriesOf = (named: URLSearchParams, prefix: string): [string, string][] =>
  [...named].flatMap(([name, value]) =>
    name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), value] as [string, string]] : [],
  );
