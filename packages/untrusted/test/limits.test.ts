import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BoundedRegExp,
  composeYaml,
  evaluateTemplate,
  parseTemplate,
  readTextFile,
  resolveInside,
  templateGlobals,
  withinTime,
  yamlValue,
} from '@quantloop/untrusted';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'quantloop-untrusted-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('a path', () => {
  const folder = join(root, 'home');
  mkdirSync(join(folder, 'below'), { recursive: true });
  writeFileSync(join(folder, 'below', 'file'), 'inside');
  writeFileSync(join(root, 'secret'), 'outside');
  mkdirSync(join(root, 'home-too'));
  symlinkSync(join(root, 'secret'), join(folder, 'link'));
  symlinkSync(root, join(folder, 'up'));
  symlinkSync('below/file', join(folder, 'near'));

  test.each(['below/file', './below/../below/file', 'near', join(folder, 'below', 'file')])(
    'that stays inside is found: %s',
    async (path) => {
      expect(await resolveInside({ folder, path, code: 'invalid-spec' })).toBe(join(folder, 'below', 'file'));
    },
  );

  test.each(['../secret', 'link', 'up/secret', '/etc/passwd', 'below/../../secret', '../home-too', 'a\0b'])(
    'that leaves the folder is refused: %j',
    async (path) => {
      await expect(resolveInside({ folder, path, code: 'invalid-spec' })).rejects.toMatchObject({
        code: 'invalid-spec',
        hint: expect.stringContaining('Copy') as string,
      });
    },
  );

  test('into the blobs of its own model is followed in the cache of the hub, into others not', async () => {
    for (const model of ['models--a--b', 'models--c--d']) {
      mkdirSync(join(root, model, 'blobs'), { recursive: true });
      writeFileSync(join(root, model, 'blobs', 'f00d'), '');
    }
    const snapshot = join(root, 'models--a--b', 'snapshots', 'c0ffee');
    mkdirSync(snapshot, { recursive: true });
    symlinkSync('../../blobs/f00d', join(snapshot, 'own'));
    symlinkSync('../../../models--c--d/blobs/f00d', join(snapshot, 'other'));
    const resolve = (path: string) => resolveInside({ folder: snapshot, path, code: 'model-corrupt' });
    expect(await resolve('own')).toBe(join(root, 'models--a--b', 'blobs', 'f00d'));
    await expect(resolve('other')).rejects.toMatchObject({ code: 'model-corrupt' });
  });
});

describe('a file', () => {
  test('that is too long, a folder or a named pipe is refused before it is read', async () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const options = { limit: 3, code: 'invalid-spec' as const };
    await expect(readTextFile(join(root, 'secret'), options)).rejects.toMatchObject({
      code: 'invalid-spec',
      message: expect.stringMatching(/has 7 bytes; no more than 3/) as string,
    });
    for (const place of [pipe, root]) {
      await expect(readTextFile(place, options)).rejects.toMatchObject({ code: 'invalid-spec' });
    }
  });
});

describe('YAML', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefghi'.split('').map((name, i) => {
      const before = '*' + 'abcdefgh'[i];
      return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(',')}]`;
    }),
  ].join('\n');

  test.each([
    ['aliases of aliases', bomb],
    ['a thousand levels', '['.repeat(1000) + ']'.repeat(1000)],
    ['a hundred thousand levels', '['.repeat(100_000)],
    ['deep maps', '{a: '.repeat(3000) + '}'.repeat(3000)],
    ['too many values', `[${'1,'.repeat(200_001)}]`],
    ['five megabytes', `a: ${'x'.repeat(5 * 2 ** 20)}`],
    ['an alias of nothing', 'a: *b'],
    ['a list that holds itself', 'a: &a [*a]'],
  ])('with %s is refused or told as a mistake', (_, text) => {
    try {
      const document = composeYaml(text, 'a.yaml');
      if (document.errors.length === 0) yamlValue(document, 'a.yaml');
      expect(document.errors).not.toHaveLength(0);
    } catch (error) {
      expect(error).toMatchObject({
        code: 'invalid-spec',
        message: expect.stringContaining('a.yaml') as string,
      });
    }
  });

  test.each([
    '!!js/function "function () { return 1 }"',
    '!!python/object/apply:os.system [ls]',
    '!!js/regexp /a/',
  ])('makes no code of %s', (text) => {
    const document = composeYaml(`a: ${text}`, 'a.yaml');
    expect(document.warnings).not.toHaveLength(0);
    const { a } = yamlValue(document, 'a.yaml') as { a: unknown };
    expect(typeof a === 'string' || Array.isArray(a)).toBe(true);
  });

  test('reaches no prototype', () => {
    const value = yamlValue(composeYaml('__proto__: { admin: true }', 'a.yaml'), 'a.yaml');
    expect((value as { admin?: unknown }).admin).toBeUndefined();
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});

describe('a regular expression', () => {
  test.each(['^(a+)+$', '(?=(a|aa)+$)a'])(
    'that tries all ways is ended: %s',
    { timeout: 60_000 },
    (source) => {
      const text = `${'a'.repeat(60)}!`;
      const pattern = new BoundedRegExp(source, 'g', 'task.yaml: filter');
      expect(() => text.replace(pattern, '')).toThrowError(
        expect.objectContaining({
          code: 'timeout',
          message: expect.stringContaining('task.yaml: filter') as string,
        }) as Error,
      );
    },
  );

  test('does what a plain one does', () => {
    const sources = ['a', '(a)|(b)', '(?<=a)b', '^', '(?:)', 'a*', '[^a]+(?=b)', '(.)\\1'];
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '😀') });
    fc.assert(
      fc.property(fc.constantFrom(...sources), text, (source, subject) => {
        const [plain, bounded] = [new RegExp(source, 'g'), new BoundedRegExp(source, 'g', 'x')];
        expect([...subject.matchAll(bounded)].map((hit) => [...hit, hit.index])).toEqual(
          [...subject.matchAll(plain)].map((hit) => [...hit, hit.index]),
        );
        expect(subject.replace(bounded, '<$&>')).toBe(subject.replace(plain, '<$&>'));
        expect(subject.replace(bounded, (hit) => hit.toUpperCase())).toBe(
          subject.replace(plain, (hit) => hit.toUpperCase()),
        );
        expect(subject.search(bounded)).toBe(subject.search(plain));
        expect(subject.match(bounded)).toEqual(subject.match(plain));
        expect(subject.split(bounded)).toEqual(subject.split(plain));
        expect(bounded.test(subject)).toBe(plain.test(subject));
        expect(bounded.lastIndex).toBe(plain.lastIndex);
      }),
    );
  });

  test('and a loop around it end together; what the function throws comes through', () => {
    const options = { milliseconds: 50, what: 'it', hint: 'no' };
    expect(() =>
      withinTime(options, () => {
        for (;;);
      }),
    ).toThrowError('it did not end within 0.05 s');
    expect(() =>
      withinTime(options, () => {
        throw new TypeError('mine');
      }),
    ).toThrowError(new TypeError('mine'));
    expect(withinTime(options, () => withinTime(options, () => 7))).toBe(7);
  });
});

describe('a template', () => {
  const render = (source: string, values: Record<string, unknown> = {}) => {
    const environment = templateGlobals();
    for (const [name, value] of Object.entries(values)) environment.set(name, value);
    return String(evaluateTemplate(parseTemplate(source), environment, source).value);
  };

  test.each([
    ['a huge range', '{% for i in range(1000000000) %}x{% endfor %}'],
    ['an endless range', '{% for i in range(0, 1, 1e-300) %}x{% endfor %}'],
    ['loops in loops', '{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}'],
    [
      'a list that doubles',
      '{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
    ],
    [
      'a text that doubles',
      '{% set ns = namespace(x="ab") %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}',
    ],
    [
      'lists of lists written out',
      '{% set ns = namespace(x=[1]) %}{% for i in range(40) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}',
    ],
    ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'],
    ['an indent of a gigabyte', '{{ "a\nb" | indent(999999999) }}'],
    ['a template of two megabytes', 'x'.repeat(2 ** 21)],
    ['brackets a hundred thousand deep', `{{ ${'('.repeat(100_000)} }}`],
  ])('with %s ends with an error', { timeout: 60_000 }, (_, source) => {
    expect(() => render(source)).toThrow(Error);
  });

  test.each([
    '{{ "".constructor }}',
    '{{ {}.constructor }}',
    '{{ message.__proto__ }}',
    '{{ message["constructor"] }}',
    '{{ raise_exception.constructor }}',
    '{{ range.constructor }}',
    '{{ [].__proto__.constructor }}',
    '{{ message.role.__class__.__mro__ }}',
    '{{ process }}',
    '{{ globalThis }}',
    '{{ require("fs") }}',
    '{{ constructor.constructor("return process")() }}',
    '{% set message.__proto__ = {"polluted": 1} %}{{ message.polluted }}',
  ])('reaches no code by %s', (source) => {
    let text = '';
    try {
      text = render(source, { message: { role: 'user' } });
    } catch (error) {
      expect(error).toBeInstanceOf(Error);
    }
    expect(text).toBe('');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('has range and the date as before', () => {
    expect(render('{% for i in range(2, 8, 3) %}{{ i }},{% endfor %}{{ range(3) | length }}')).toBe('2,5,3');
    expect(render('{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}')).toBe('321');
    expect(render('{{ strftime_now("%Y") }}')).toMatch(/^\d{4}$/);
  });
});
