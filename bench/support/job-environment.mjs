// Prints the environment of a quantloop job's process as JSON.
import { childEnvironment } from '@quantloop/jobs';

console.log(JSON.stringify(childEnvironment()));
