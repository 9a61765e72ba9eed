export { findProgram, isExecutable, type FoundProgram } from './find-program.ts';
export { fetchIntoPlace } from './fetch-into-place.ts';
export { goInstall, type GoInstallOptions } from './go-install.ts';
