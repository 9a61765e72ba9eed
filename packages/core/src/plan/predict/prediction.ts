/** How large a model is, as far as the headers of its source tell. */
export interface SourceSize {
  /** Of its weights when they are imported: checkpoints become float32, ONNX models stay as they are. */
  bytes: number;
  /** Bytes that the import writes for certain; 0 where the file system may share those of the source. */
  written: number;
  /** Elements of its matrices by what they are for; undefined where only the graph tells. */
  matrices?: { linear: number; embedding: number; head: number };
}

/** A job that was carried out before. */
export interface EarlierJob {
  stage: PredictedStage;
  /** Id of the campaign's model that it was about. */
  model: string;
  /** Of quantization. */
  method?: string;
  /** Wall clock. */
  seconds: number;
  /** Bytes, where it measured memory. */
  peak?: number;
}

export type PredictedStage =
  'importModel' | 'collectStatistics' | 'quantizeModel' | 'evaluateFidelity' | 'evaluatePerformance';

/** What a prediction rests on. Sizes in bytes. */
export interface PlanFacts {
  /** By model id; what is missing is not known before its download. */
  sizes: Readonly<Record<string, SourceSize>>;
  jobs: readonly EarlierJob[];
  /** Of the file system that the store is on (null: it does not tell); and what the store holds already. */
  disk: { free: number | null; stored: number };
  /** That a process here may use; undefined when the campaign is measured elsewhere. */
  memory?: number;
}

/** Jobs of one kind. */
export interface PredictedJobs {
  stage: PredictedStage;
  model: string;
  method?: string;
  /** How many the grid takes. */
  jobs: number;
  /** Seconds of one: the median of the earlier ones; null: there are none. */
  each: number | null;
  /** Earlier jobs. */
  from: number;
}

/** What a model adds to the store, in bytes; null: not known. */
export interface PredictedSize {
  model: string;
  imported: number | null;
  /** All versions of the grid together. */
  quantized: number | null;
  /** The versions are not larger than this: how many of the weights are quantized is not known. */
  atMost: boolean;
}

/** What a campaign will take, before anything of it has been run. */
export interface Prediction {
  /** `atMost`: with all further rounds that the budget allows. */
  trials: { baselines: number; grid: number; atMost: number };
  /** `seconds`: of the kinds of which there are earlier jobs, one job after the other; `complete`: these are all. */
  time: { jobs: PredictedJobs[]; seconds: number; complete: boolean };
  /** `certain`: of `bytes`, what is written whatever the campaign finds; `complete`: no model's size is unknown. */
  disk: {
    models: PredictedSize[];
    bytes: number;
    complete: boolean;
    certain: number;
    free: number | null;
    stored: number;
  };
  /**
   * Of a process that measures the largest model; null: no size is known. `peak`: the highest of `from` earlier jobs, where
   * there are none the weights with an allowance. `available` as for the facts.
   */
  memory: { model: string; weights: number; peak: number; from: number; available: number | null } | null;
}
