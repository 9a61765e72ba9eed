import type { NBitsStorage } from './storage.ts';

export const blocksPerChannel = (storage: NBitsStorage): number => Math.ceil(storage.k / storage.blockSize);

/** Bits that the kernel takes, for codes and zero points alike. Zero points are so few that they are stored like that. */
export const kernelBits = (bits: NBitsStorage['bits']): 2 | 4 | 8 => (bits === 3 ? 4 : bits);

/** Bytes of one channel's zero points: packed low bits first, each channel padded to a whole byte. */
export const zeroPointBytes = (storage: NBitsStorage): number =>
  Math.ceil((blocksPerChannel(storage) * kernelBits(storage.bits)) / 8);
