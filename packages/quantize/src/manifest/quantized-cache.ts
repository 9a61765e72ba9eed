import { ONNX_TYPES } from '@quantloop/onnx';
import type { Cache } from '../cache/find-caches.ts';
import type { QuantizationManifest } from './manifest.ts';

/** What became of a model's caches; undefined where nothing did. */
export function quantizedCache(caches: readonly Cache[]): QuantizationManifest['kvCache'] {
  const [first] = caches;
  if (first === undefined) return undefined;
  const channels = caches.reduce((sum, { heads, width }) => sum + heads * width, 0);
  return {
    type: 'int8',
    granularity: 'channel',
    layers: caches.length / 2,
    bytesPerTokenBefore: (channels * ONNX_TYPES[first.type].bits) / 8,
    bytesPerTokenAfter: channels,
    scaleBytes: channels * 4,
  };
}
