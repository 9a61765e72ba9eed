// The package has no types of its own; these are of what is used.
declare module 'pino-roll' {
  import type { EventEmitter } from 'node:events';
  import type { DestinationStream } from 'pino';
  export default function roll(options: {
    /** A number is put before its extension. */
    file: string;
    /** With a unit: `k`, `m` or `g`. */
    size: string;
    /** Files beside the one that is written. */
    limit: { count: number };
    mkdir: boolean;
    sync: boolean;
  }): Promise<DestinationStream & EventEmitter>;
}
