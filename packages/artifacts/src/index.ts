export { openStore } from './open-store.ts';
export type { Store } from './store.ts';
export type { Checkpoint } from './checkpoint.ts';
export { StoredResult, type ResultCache } from './result-cache.ts';
export { JournalEntry, type Journal, type JournalNote } from './journal.ts';
export { digestOfBytes, digestOfFile, digestOfJson } from './digest.ts';
export { digestOfFolder, FolderListing, ListedFile } from './folder-listing.ts';
export { freeBytes } from './free-bytes.ts';
export { storedBytes } from './stored-bytes.ts';
