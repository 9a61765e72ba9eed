/** One of a store's objects, as listed. */
export interface StoredObject {
  /** `/`-separated, without a slash in front. */
  name: string;
  /** Bytes. */
  size: number;
  /** When it was last written. */
  modified: Date;
}

export interface ObjectWrite {
  /** Keep one that is already there, and report false. @default false */
  keepExisting?: boolean;
  /** Survives a power cut once written. Not needed where a reader recognises and can do without a torn one. @default true */
  durable?: boolean;
}

/** Named bytes in a place that processes or machines share. A reader sees an object whole or not at all. */
export interface Objects {
  /** Undefined when there is none; so is one that a service knows to be damaged. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** False: one was there and was kept. */
  write(name: string, bytes: Uint8Array, options?: ObjectWrite): Promise<boolean>;
  /** Takes away an object whose content makes no sense, so that a new one may come. */
  discard(name: string): Promise<void>;
  remove(names: readonly string[]): Promise<void>;
  /** Removes everything below a folder. */
  clear(folder: string): Promise<void>;
  /** Everything below a folder, in no particular order; nothing when there is no such folder. */
  list(folder: string): Promise<StoredObject[]>;
}
