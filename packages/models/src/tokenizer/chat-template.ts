import { join } from 'node:path';
import { QuantloopError } from '@quantloop/core';
import { evaluateTemplate, parseTemplate, templateGlobals } from '@quantloop/untrusted';
import { z } from 'zod';
import { readSidecar } from '../checkpoint/read-sidecar.ts';

export interface ChatMessage {
  role: string;
  content: string;
}

export interface RenderOptions {
  /** End with what begins the assistant's answer. @default true */
  addGenerationPrompt?: boolean;
}

/** A conversation as the text its model was trained on. */
export interface ChatTemplate {
  /**
   * Special tokens are in the text: encode it with `addSpecialTokens: false`.
   *
   * @throws QuantloopError `invalid-spec` with the template's own words where it refuses the conversation; `timeout`.
   */
  render(messages: readonly ChatMessage[], options?: RenderOptions): string;
}

const SpecialToken = z
  .union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
  .nullish();

const Config = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
  bos_token: SpecialToken,
  eos_token: SpecialToken,
  unk_token: SpecialToken,
  pad_token: SpecialToken,
});

/**
 * The chat template of a model folder: `chat_template.jinja`, else the one of `tokenizer_config.json` (of several the
 * one named `default`). Undefined where the model has none.
 *
 * @throws QuantloopError `model-corrupt`, naming the file.
 */
export async function loadChatTemplate(folder: string): Promise<ChatTemplate | undefined> {
  const configFile = join(folder, 'tokenizer_config.json');
  const templateFile = join(folder, 'chat_template.jinja');
  const config = parseConfig((await readSidecar(folder, 'tokenizer_config.json')) ?? '{}', configFile);
  const alone = await readSidecar(folder, 'chat_template.jinja');
  const source = alone ?? templateOf(config);
  if (source === undefined) return undefined;
  const where = alone === undefined ? configFile : templateFile;
  const template = attempt(
    () => parseTemplate(source, { blocks: 'alone' }),
    `${where}: the chat template is not Jinja`,
  );
  const { bos_token, eos_token, unk_token, pad_token } = config;
  const tokens = Object.fromEntries(
    Object.entries({ bos_token, eos_token, unk_token, pad_token }).filter(([, token]) => token != null),
  );
  return {
    render(messages, { addGenerationPrompt = true } = {}) {
      const variables = { ...tokens, messages, add_generation_prompt: addGenerationPrompt };
      const environment = templateGlobals();
      for (const [name, value] of Object.entries(variables)) environment.set(name, value);
      try {
        return String(evaluateTemplate(template, environment, source).value);
      } catch (cause) {
        if (cause instanceof QuantloopError) throw cause;
        throw new QuantloopError({
          code: 'invalid-spec',
          message: `the chat template refuses the conversation: ${textOf(cause)}`,
          hint: `See what roles and what order of messages ${where} takes.`,
          cause,
        });
      }
    },
  };
}

function templateOf({ chat_template }: z.infer<typeof Config>): string | undefined {
  if (chat_template == null || typeof chat_template === 'string') return chat_template ?? undefined;
  return (chat_template.find(({ name }) => name === 'default') ?? chat_template[0])?.template;
}

const parseConfig = (text: string, file: string) =>
  attempt(() => Config.parse(JSON.parse(text)), `${file} is not as expected`);

function attempt<T>(act: () => T, problem: string): T {
  try {
    return act();
  } catch (cause) {
    throw new QuantloopError({
      code: 'model-corrupt',
      message: `${problem}: ${textOf(cause)}`,
      hint: 'Copy the tokenizer files from the original model.',
      cause,
    });
  }
}

const textOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
