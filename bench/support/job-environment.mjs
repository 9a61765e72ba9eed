// Prints the environment and the options of a quantloop job's process as JSON.
import { childEnvironment, childOptions } from '@quantloop/jobs';

console.log(JSON.stringify({ env: childEnvironment(), options: childOptions('.ts') }));
