import type { Tensor } from 'onnxruntime-node';

/**
 * Gives the memory behind a view back at once; nothing may look at it afterwards. Left to the garbage collector, which
 * runs once for every 32 MiB or so, large arrays take several times as long: an output of 16 MiB, which onnxruntime-node
 * copies into a new buffer, 4.9 instead of 2.1 ms of CPU.
 */
export function freeMemory({ buffer }: ArrayBufferView): void {
  (buffer as ArrayBuffer).transfer(0);
}

/** The same for a tensor on the CPU. */
export function freeTensor({ data }: Tensor): void {
  if (ArrayBuffer.isView(data)) freeMemory(data);
}
