export { checkRecipe, METHODS, METHOD_FACTS, methodOf } from './methods/methods.ts';
export type { LayerInputs, Quantizer, Refusal, WeightPlan, WeightShape } from './quantizer.ts';
export type { Panel, WeightSource } from './weights/weight-source.ts';
export { openWeight, type OpenWeightOptions } from './weights/weight-source.ts';
export { Storage, NBITS_BLOCKS } from './pack/storage.ts';
export type { PackedWeight, Part, PartShape, RoundingError } from './pack/packed-weight.ts';
export {
  LAYOUTS,
  layoutOf,
  type Layout,
  type LookupNames,
  type NodeNames,
  type PackedLookup,
} from './pack/layout.ts';
export { findLinears, type Linear } from './graph/find-linears.ts';
export { findLookups } from './graph/find-lookups.ts';
export type { WeightUse } from './graph/weight-use.ts';
export { isHead } from './graph/is-head.ts';
export { roleOf } from './graph/role-of.ts';
export { readCalibration, type CalibrationSet } from './calibrate/read-calibration.ts';
export { chooseScale, type EqualizedLayer } from './equalize/choose-scale.ts';
export type { ChannelMagnitudes, Equalizer, StationInputs } from './equalize/equalizer.ts';
export { equalizeModel } from './equalize/equalize-model.ts';
export { findStations, type Station } from './equalize/station.ts';
export { QuantizationManifest } from './manifest/manifest.ts';
export { quantizeFolder, type QuantizeFolderOptions } from './quantize-folder.ts';
export { collectStatistics, type CollectStatisticsOptions } from './statistics/collect-statistics.ts';
export { Statistics } from './statistics/statistics-file.ts';
export { absMax, type InputStatistics } from './statistics/input-statistics.ts';
export { BINS, type Histogram } from './statistics/histogram.ts';
export { statisticsStage } from './statistics/statistics-stage.ts';
export { quantizeStage } from './activities.ts';
export { sensitivityStage } from './sensitivity/sensitivity-stage.ts';
export { scanFolder, type ScanFolderOptions } from './sensitivity/scan-folder.ts';
export { ScannedWeight, SensitivityScan } from './sensitivity/sensitivity-scan.ts';
export { mixForBudget, type MixBudget, type SolvedMix } from './sensitivity/mix-for-budget.ts';
export { quantize } from './plugin.ts';
