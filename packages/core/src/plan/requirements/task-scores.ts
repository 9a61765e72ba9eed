import type { Category } from '../../campaign/category.ts';

/** A task, or a group of tasks, of a campaign. */
export interface TaskScores {
  name: string;
  category: Category;
  /** The metrics it counts by among others: its first one, or those of its tasks where the group has no score. */
  scores: readonly string[];
  /** The first metric of each task of a group; of a task itself, by name. */
  parts: readonly { name: string; metric: string }[];
}

/** The metrics that a word for tasks stands for; undefined for a word that names none. */
export function scoresNamed(word: string, tasks: readonly TaskScores[]): readonly string[] | undefined {
  if (word === 'every') return tasks.flatMap(({ scores }) => scores);
  const ofCategory = tasks.filter(({ category }) => category === word);
  if (ofCategory.length > 0) return ofCategory.flatMap(({ scores }) => scores);
  const named = tasks.find(({ name }) => name === word);
  if (named !== undefined) return named.parts.map(({ metric }) => metric);
  const part = tasks.flatMap(({ parts }) => parts).find(({ name }) => name === word);
  return part === undefined ? undefined : [part.metric];
}

/** Every word that {@link scoresNamed} understands. */
export const taskWords = (tasks: readonly TaskScores[]): string[] => [
  ...new Set([
    'every',
    ...tasks.flatMap(({ name, category, parts }) => [name, category, ...parts.map((part) => part.name)]),
  ]),
];
