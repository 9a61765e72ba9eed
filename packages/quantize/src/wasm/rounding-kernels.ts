/** `kernels/rounding.wasm`. Addresses and sizes count bytes, all else numbers; `kernels/rounding/` describes each. */
export interface RoundingKernels {
  transpose(source: number, rows: number, columns: number, first: number, count: number, out: number): void;
  ranges(data: number, k: number, count: number, span: number, out: number): void;
  round(
    data: number,
    k: number,
    count: number,
    span: number,
    scales: number,
    zeros: number,
    top: number,
    bits: number,
    codes: number,
    stride: number,
    out: number,
    sums: number,
  ): void;
  pack(codes: number, count: number, bits: number, out: number): void;
}
