import { join } from 'node:path';
import { graphOf, readModel } from '@quantloop/onnx';
import { InferenceSession } from 'onnxruntime-node';
import { temporaryFolder } from './model-folder.ts';

/** The operators that ONNX Runtime runs for a model folder, once its constants are computed and its nodes fused. */
export async function optimizedOperators(folder: string): Promise<string[]> {
  const optimizedModelFilePath = join(await temporaryFolder(), 'optimized.onnx');
  // Level 3: no warning that the file fits this machine only.
  const options = { intraOpNumThreads: 1, optimizedModelFilePath, logSeverityLevel: 3 } as const;
  const session = await InferenceSession.create(join(folder, 'model.onnx'), options);
  await session.release();
  return graphOf(await readModel(optimizedModelFilePath)).node.map(({ opType }) => opType);
}
