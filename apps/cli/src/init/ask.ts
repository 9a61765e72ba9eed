import { existsSync } from 'node:fs';
import { intro, isCancel, select, text } from '@clack/prompts';
import { Interrupted } from '../run/interruption.ts';
import { DEFAULTS, DEMO, type InitAnswers } from './init-answers.ts';

const USES = [
  { value: 'one-user', label: 'one user waits for each answer', hint: 'time per token decides' },
  { value: 'batches', label: 'batches of requests', hint: 'tokens per second decide' },
  { value: 'both', label: 'both, each with a version of its own' },
] as const;
const LOSSES = [
  { value: 0.01, label: '1 %', hint: '8 bits, as a rule' },
  { value: 0.03, label: '3 %' },
  { value: 0.1, label: '10 %', hint: '4 bits or fewer' },
] as const;
const AIMS = [
  { value: 'smallest', label: 'the smallest' },
  { value: 'fastest', label: 'the fastest' },
] as const;

/** Asks on a terminal what is not known. Ctrl-C writes nothing. */
export async function ask(known: Partial<InitAnswers>): Promise<InitAnswers> {
  intro('A campaign finds the cheapest version of a model that loses no more than you allow.');
  const model = known.model ?? (await answered(askModel()));
  const texts = known.texts ?? (model === DEMO ? undefined : await answered(askTexts()));
  const use = known.use ?? (await answered(select({ message: 'How is it used?', options: [...USES] })));
  const loss = known.loss ?? (await answered(askLoss()));
  const aim =
    known.aim ?? (await answered(select({ message: 'Which of those that are left?', options: [...AIMS] })));
  return { model, texts, use, loss, aim };
}

const askModel = () =>
  text({
    message: 'Which model? A folder, hf:org/name@revision, or the small one that comes with quantloop',
    initialValue: DEFAULTS.model,
    validate: (value) => problemOfModel(value ?? ''),
  });

const askTexts = () =>
  text({
    message: 'Which file holds texts like those that it will see? JSON lines with a field "text", or lines',
    validate: (value) => (existsSync(value ?? '') ? undefined : 'There is no such file.'),
  });

const askLoss = () =>
  select({ message: 'How much may it lose?', options: [...LOSSES], initialValue: DEFAULTS.loss });

async function answered<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await prompt;
  if (isCancel(answer)) throw new Interrupted('Nothing was written.');
  return answer as Exclude<T, symbol>;
}

function problemOfModel(source: string): string | undefined {
  if (source === DEMO || /^hf:[^/\s]+\/[^/\s]+$/.test(source) || existsSync(source)) return undefined;
  return 'There is no such folder.';
}
