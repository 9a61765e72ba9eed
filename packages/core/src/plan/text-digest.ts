const MASK = 2n ** 64n - 1n;

/** 64-bit FNV-1a of a text's UTF-16 units, as 16 hex digits: tells names apart, protects nothing. */
export function textDigest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) hash = ((hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n) & MASK;
  return hash.toString(16).padStart(16, '0');
}
