import { InferenceSession } from 'onnxruntime-node';
import { requireProvider, type Provider } from './providers.ts';
import { sessionFailure } from './session-failure.ts';

export interface OpenGraphOptions {
  /** A model's bytes, or the path of a model file. */
  model: Uint8Array | string;
  /** @default 'cpu' */
  provider?: Provider;
  /** Threads inside an operator. @default one per core that the process may use */
  threads?: number;
  /** Further session configuration entries of ONNX Runtime, e.g. `{ 'session.disable_prepacking': '1' }`. */
  extra?: Record<string, string>;
  /** Keep freed memory for the next run: faster where runs are short, never given back. @default true */
  arena?: boolean;
  /** What to call the model in an error. @default the path, or "the generated graph" */
  what?: string;
}

/**
 * Opens a session on any graph. The caller releases it.
 *
 * @throws QuantloopError `unsupported` where the provider or a kernel is missing, `model-corrupt` where the graph is
 * broken, `out-of-memory`.
 */
export async function openGraph(options: OpenGraphOptions): Promise<InferenceSession> {
  const provider = options.provider ?? 'cpu';
  requireProvider(provider);
  const settings: InferenceSession.SessionOptions = {
    // One provider only: a silent fallback to the CPU would be measured as if it were the target.
    executionProviders: [provider],
    // Every error is thrown; ORT's own copy on stderr says nothing more.
    logSeverityLevel: 4,
    enableCpuMemArena: options.arena ?? true,
    ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads, interOpNumThreads: 1 }),
    extra: {
      // Without it a fused DequantizeLinear + MatMul computes with 8-bit activations: other results than the graph says.
      'session.qdq_matmulnbits_accuracy_level': '0',
      // No limit. Else a weight stored in 16 or 8 bits of more than 1 GiB in float32 is cast anew for every token.
      'optimization.constant_folding_max_output_size_in_bytes': '0',
      ...options.extra,
    },
  };
  const { model } = options;
  const what = options.what ?? (typeof model === 'string' ? model : 'the generated graph');
  try {
    return typeof model === 'string'
      ? await InferenceSession.create(model, settings)
      : await InferenceSession.create(model, settings);
  } catch (error) {
    throw sessionFailure({ error, what, provider });
  }
}
