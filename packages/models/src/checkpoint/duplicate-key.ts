/** The first key that a JSON object has twice at its top level; `JSON.parse` would keep the last one silently. */
export function duplicateKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let expectsKey = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (char === '"') {
      const start = i++;
      while (i < json.length && json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
      if (!expectsKey) continue;
      const key = JSON.parse(json.slice(start, i + 1)) as string;
      if (seen.has(key)) return key;
      seen.add(key);
      expectsKey = false;
    } else if (char === '{' || char === '[') {
      expectsKey = ++depth === 1;
    } else if (char === '}' || char === ']') {
      depth--;
    } else if (char === ',') {
      expectsKey = depth === 1;
    }
  }
  return undefined;
}
