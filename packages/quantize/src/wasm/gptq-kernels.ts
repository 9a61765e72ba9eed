/** `kernels/gptq.wasm`. Addresses count bytes, all else numbers; `kernels/gptq/` describes each. */
export interface GptqKernels {
  compensate(
    upper: number,
    rows: number,
    tile: number,
    channels: number,
    first: number,
    last: number,
    scales: number,
    zeros: number,
    top: number,
    codes: number,
    errors: number,
  ): void;
}
