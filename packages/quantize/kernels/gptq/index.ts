export { compensate } from './compensate';
