export { openLog, type Log, type OpenLogOptions } from './open-log.ts';
export { LogLine, type LogLevel } from './log-line.ts';
export { tailLog, type TailLogOptions } from './tail-log.ts';
export { logsFolder } from './log-folder.ts';
