import type { TensorProto } from '@quantloop/onnx';
import type { PackedWeight } from '../pack/packed-weight.ts';
import type { Piece } from './piece.ts';

/** What a thread is started with. */
export interface ThreadData {
  /** The model file: external data is looked up beside it. */
  file: string;
}

/** To a thread. It answers every message, in their order. */
export interface PieceMessage extends Piece {
  /** The initializer, its data in a file beside the model. */
  tensor: TensorProto;
}

/** The fields of an error: its class would not survive. */
export interface Failure {
  code: string | undefined;
  message: string;
  hint: string | undefined;
  stack: string | undefined;
}

/** From a thread. */
export type PieceResult = { packed: PackedWeight; bytesRead: number } | { failure: Failure };
