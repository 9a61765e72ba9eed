import type { Tensor } from 'onnxruntime-node';

/**
 * Gives a tensor's memory back at once; nothing may look at it afterwards. onnxruntime-node copies every output into a
 * new buffer, and left to the garbage collector these take four times as long as when they are given back (16 MiB: 4.9
 * instead of 2.1 ms of CPU), and twice the memory.
 */
export function freeTensor({ data }: Tensor): void {
  if (ArrayBuffer.isView(data)) (data.buffer as ArrayBuffer).transfer(0);
}
