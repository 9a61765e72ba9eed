export { pack } from './pack';
export { ranges } from './ranges';
export { round } from './round';
export { transpose } from './transpose';
