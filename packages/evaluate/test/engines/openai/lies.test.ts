import { demoModelFolder, loadTokenizer } from '@quantloop/models';
import { expect, test } from 'vitest';
import { ENGINES } from '../../../src/index.ts';
import { httpServer, type Asked } from './http-server.ts';
import { openAiSpec } from './served-demo.ts';

const folder = demoModelFolder();
const tokenizer = await loadTokenizer(folder);
const TOKENS = tokenizer.encode('The cat sat on the mat.');

/** What an honest server might say of a prompt, and one token more. */
function honest({ body }: Asked) {
  const prompt = body.prompt!;
  const tokens = [...prompt.map((id) => tokenizer.decode([id], { skipSpecialTokens: false })), ' and'];
  const token_logprobs: (number | null)[] = tokens.map((_, i) => (i === 0 ? null : -1 - i / 10));
  const top_logprobs: (Record<string, number> | null)[] = tokens.map((token, i) =>
    i === 0 ? null : { [token]: token_logprobs[i]!, other: -0.9 },
  );
  return {
    choices: [{ text: '', logprobs: { tokens, token_logprobs, top_logprobs }, finish_reason: 'length' }],
  };
}
type Answer = ReturnType<typeof honest>;

async function score(change: (answer: Answer) => unknown) {
  const { url } = await httpServer((asked) => change(honest(asked)));
  const model = await ENGINES.openai.openForTasks({ folder, spec: openAiSpec({ url }) });
  return model.score([{ tokens: TOKENS, from: 2, label: 'document 7' }]);
}

test('an honest server is believed', async () => {
  const [{ logProbabilities, greedy } = { logProbabilities: [], greedy: true }] = await score(
    (answer) => answer,
  );
  expect(Array.from(logProbabilities)[0]).toBeCloseTo(-1.2, 6);
  expect(logProbabilities).toHaveLength(TOKENS.length - 2);
  expect(greedy).toBe(false);
});

const logprobsOf = (answer: Answer) => answer.choices[0]!.logprobs;
const CASES: { lie: string; change: (answer: Answer) => unknown; message: RegExp }[] = [
  {
    lie: 'other tokens than it was sent',
    change: (answer) => {
      logprobsOf(answer).tokens[3] = 'zebra';
      return answer;
    },
    message: /document 7.*token 3 is ".*", the server says "zebra"/,
  },
  {
    lie: 'a probability above 1',
    change: (answer) => {
      logprobsOf(answer).token_logprobs[4] = 0.3;
      return answer;
    },
    message: /that of token 4 is 0\.3, a probability above 1/,
  },
  {
    lie: 'too few numbers',
    change: (answer) => {
      logprobsOf(answer).token_logprobs.pop();
      return answer;
    },
    message: /token_logprobs has/,
  },
  {
    lie: 'too few tokens',
    change: (answer) => {
      const { tokens, token_logprobs, top_logprobs } = logprobsOf(answer);
      for (const list of [tokens, token_logprobs, top_logprobs]) list.splice(2, 4);
      return answer;
    },
    message: /tokens were sent and 0 generated, tokens has/,
  },
  {
    lie: 'no number for a token in the middle',
    change: (answer) => {
      logprobsOf(answer).token_logprobs[5] = null;
      return answer;
    },
    message: /that of token 5 is null/,
  },
  {
    lie: 'probabilities that add up to more than 1',
    change: (answer) => {
      logprobsOf(answer).top_logprobs[2] = { a: -0.2, b: -0.2 };
      return answer;
    },
    message: /named for token 2 add up to 1\.6/,
  },
  {
    lie: 'NaN',
    change: (answer) => JSON.stringify(answer).replace('-1.4', 'NaN'),
    message: /is not JSON: .*/,
  },
  {
    lie: 'nothing',
    change: (answer) => ({ choices: [{ ...answer.choices[0]!, logprobs: null }] }),
    message: /gives no log-probabilities of a prompt/,
  },
  {
    lie: 'only what it generated',
    change: (answer) => {
      const { tokens, token_logprobs, top_logprobs } = logprobsOf(answer);
      for (const list of [tokens, token_logprobs, top_logprobs]) list.splice(0, list.length - 1);
      return answer;
    },
    message: /gives no log-probabilities of a prompt/,
  },
];

test.for(CASES)('a server that gives $lie is found out', async ({ change, message }) => {
  // The first request, of one token, asks whether it works at all.
  await expect(
    score((answer) => (logprobsOf(answer).tokens.length > 3 ? change(answer) : answer)),
  ).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(message),
  });
});
