export { importStage } from './activities.ts';
export { models } from './plugin.ts';
export { type ImportOptions, type ImportedModel, importModel } from './import/import-model.ts';
export { checkSource } from './import/check-source.ts';
export { sourceSize } from './import/source-size.ts';
export { sourceDigest } from './import/source-digest.ts';
export { DEMO_MODEL, demoCalibrationFile, demoModelFolder, demoTasksFolder } from './builtin.ts';
export { type ModelTokenizer, loadTokenizer } from './tokenizer/load-tokenizer.ts';
export { readMaxLength } from './tokenizer/read-max-length.ts';
export {
  type ChatMessage,
  type ChatTemplate,
  type RenderOptions,
  loadChatTemplate,
} from './tokenizer/chat-template.ts';
export { Checkpoint } from './checkpoint/checkpoint.ts';
export type { StoredTensor } from './checkpoint/safetensors-header.ts';
export { CheckpointConfig, readCheckpointConfig } from './checkpoint/config.ts';
export { type HubSource, downloadModel, parseHubSource, resolveCommit } from './checkpoint/hub.ts';
export type { HubOptions } from './checkpoint/hub-connection.ts';
export { type DatasetListing, downloadDatasetFiles, listDataset } from './checkpoint/download-dataset.ts';
export { ARCHITECTURES, selectArchitecture } from './architectures/index.ts';
export type { Architecture, BuildOptions } from './architectures/architecture.ts';
