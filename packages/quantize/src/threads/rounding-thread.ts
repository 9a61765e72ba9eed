import { parentPort, workerData } from 'node:worker_threads';
import { GraphBuilder, TensorReader } from '@quantloop/onnx';
import { round } from '../methods/roundings.ts';
import { PanelMemory } from '../weights/panel-memory.ts';
import { openWeight } from '../weights/weight-source.ts';
import type { PieceMessage, PieceResult, ThreadData } from './messages.ts';

const { file } = workerData as ThreadData;
// Tensors are told by their messages: the graph, which may hold gigabytes of other tensors, is not read.
const reader = new TensorReader({ model: new GraphBuilder().model(), file });
const memory = new PanelMemory();

async function roundPiece({ location, tensor, rounding }: PieceMessage): Promise<void> {
  try {
    const before = reader.bytesRead;
    const packed = await round(openWeight({ ...location, reader, tensor, memory }), rounding);
    const buffers = packed.parts.map(({ data }) => data.buffer);
    parentPort!.postMessage({ packed, bytesRead: reader.bytesRead - before } satisfies PieceResult, buffers);
  } catch (error) {
    const { code, message, hint, stack } = error as Error & { code?: string; hint?: string };
    parentPort!.postMessage({ failure: { code, message, hint, stack } } satisfies PieceResult);
  }
}

let last: Promise<void> = Promise.resolve();
parentPort!.on('message', (message: PieceMessage) => {
  last = last.then(() => roundPiece(message));
});
