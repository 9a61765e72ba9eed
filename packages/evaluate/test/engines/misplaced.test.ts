import type { Engine } from '@quantloop/core';
import { setPlaceOfProcess, type PinnedPlace } from '@quantloop/jobs';
import { expect, test } from 'vitest';
import { refuseMisplaced } from '../../src/engines/refuse-misplaced.ts';

const runtime = (provider: 'cpu' | 'cuda' | 'tensorrt' | 'webgpu'): Engine => ({
  kind: 'onnxruntime',
  provider,
});
const served: Engine = {
  kind: 'openai',
  url: 'http://127.0.0.1:1/v1',
  timeout: 1,
  concurrency: 1,
};
const cores: PinnedPlace = { cpus: [2, 3], gpus: [] };
const gpu: PinnedPlace = { cpus: [], gpus: ['GPU-4b1c'] };

test.each([
  [runtime('cpu'), cores],
  [runtime('cuda'), gpu],
  [runtime('tensorrt'), { cpus: [2], gpus: ['GPU-4b1c'] }],
  [served, cores],
])('%o is measured at %o', (engine, place) => {
  setPlaceOfProcess(place);
  expect(() => refuseMisplaced(engine)).not.toThrow();
});

test.each([
  [runtime('cuda'), cores, 'pinned to core 2, core 3, .* the provider cuda needs an NVIDIA device'],
  [runtime('cpu'), gpu, 'pinned to GPU-4b1c, .* the provider cpu needs cores of its own'],
  [runtime('webgpu'), gpu, 'the provider webgpu chooses its device by itself'],
])('%o is refused at %o', (engine, place, message) => {
  setPlaceOfProcess(place);
  expect(() => refuseMisplaced(engine)).toThrow(new RegExp(message));
});
