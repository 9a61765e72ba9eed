import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadChatTemplate } from '../../src/index.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = temporaryFolder();

function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(root, 'model-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const CHATML = `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;
const HELLO = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hello' },
];
const RENDERED = '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n';

test('renders ChatML, with and without the beginning of an answer', async () => {
  const template = await loadChatTemplate(
    folderOf({ 'tokenizer_config.json': JSON.stringify({ chat_template: CHATML }) }),
  );
  expect(template?.render(HELLO)).toBe(`${RENDERED}<|im_start|>assistant\n`);
  expect(template?.render(HELLO, { addGenerationPrompt: false })).toBe(RENDERED);
});

test.for([
  {
    where: 'a file of its own, before the configuration',
    files: { 'chat_template.jinja': 'file', 'tokenizer_config.json': '{"chat_template":"config"}' },
    expected: 'file',
  },
  {
    where: 'the default of several',
    files: {
      'tokenizer_config.json':
        '{"chat_template":[{"name":"tool_use","template":"tools"},{"name":"default","template":"default"}]}',
    },
    expected: 'default',
  },
  {
    where: 'the configuration, with its special tokens',
    files: {
      'tokenizer_config.json':
        '{"bos_token":"<s>","eos_token":{"content":"</s>"},"chat_template":"{{ bos_token }}{{ eos_token }}"}',
    },
    expected: '<s></s>',
  },
])('finds it in $where', async ({ files, expected }) => {
  expect((await loadChatTemplate(folderOf(files as Record<string, string>)))?.render(HELLO)).toBe(expected);
});

test('a model without one has none', async () => {
  expect(await loadChatTemplate(folderOf({ 'tokenizer_config.json': '{}' }))).toBeUndefined();
  expect(await loadChatTemplate(folderOf({}))).toBeUndefined();
});

test('a conversation that the template refuses is told in its own words', async () => {
  const source = `{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}`;
  const template = await loadChatTemplate(folderOf({ 'chat_template.jinja': source }));
  expect(() => template?.render(HELLO)).toThrow(
    expect.objectContaining({
      code: 'invalid-spec',
      message: expect.stringContaining('System role not supported'),
    }),
  );
});

test.for([
  { 'chat_template.jinja': '{% for %}' },
  { 'tokenizer_config.json': '{"chat_template": 7}' },
  { 'tokenizer_config.json': '{' },
])('refuses %j', async (files) => {
  await expect(loadChatTemplate(folderOf(files as Record<string, string>))).rejects.toMatchObject({
    code: 'model-corrupt',
  });
});
