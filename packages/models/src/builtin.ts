import { fileURLToPath } from 'node:url';

/** Source name of the model that comes with this package. */
export const DEMO_MODEL = 'builtin:demo';

/** Hugging Face folder of the demo model. The path is the same from `src/`, `dist/` and an installed package. */
export function demoModelFolder(): string {
  return fileURLToPath(new URL('../demo/model', import.meta.url));
}

/** Texts to calibrate the demo model on, JSON lines with the field `text`; none of them is in a task. */
export function demoCalibrationFile(): string {
  return fileURLToPath(new URL('../demo/tasks/data/calibration.jsonl', import.meta.url));
}

/** Folder of the held-out tasks of the demo model: lm-eval task files, with their data beside them. */
export function demoTasksFolder(): string {
  return fileURLToPath(new URL('../demo/tasks', import.meta.url));
}
