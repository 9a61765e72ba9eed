import { hostname } from 'node:os';
import { join } from 'node:path';
import { multistream, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import roll from 'pino-roll';
import type { LogLevel } from './log-line.ts';
import { processFolder, pruneLogs } from './log-folder.ts';

export type Log = Logger;

export interface OpenLogOptions {
  /** State folder; its `logs/<host>-<pid>/` gets the lines. Absent: no file is written. */
  dir?: string;
  /** What standard error gets: lines for people on a terminal, the same JSON lines elsewhere. @default 'error' */
  console?: LogLevel;
  /** What the file gets. @default 'info' */
  level?: LogLevel;
  /** Bytes of a file before the next is begun. @default 10 MB */
  fileBytes?: number;
}

/** Files of a process that are kept beside the one that is written. */
const KEPT_FILES = 3;

/** Opens the log of this process: JSON lines, written before anything else happens, so that a kill loses none. */
export async function openLog(options: OpenLogOptions = {}): Promise<Log> {
  const { dir, console = 'error', level = 'info', fileBytes = 10e6 } = options;
  const streams: { level: LogLevel; stream: DestinationStream }[] = [
    { level: console, stream: await standardError() },
  ];
  if (dir !== undefined) {
    await pruneLogs(dir);
    const stream = await roll({
      file: join(processFolder(dir), 'log.jsonl'),
      size: `${Math.ceil(fileBytes / 1024)}k`,
      limit: { count: KEPT_FILES },
      mkdir: true,
      sync: true,
    });
    // A full disk must not end the work that the log is about.
    stream.on('error', (error: Error) =>
      process.stderr.write(`The log cannot be written: ${error.message}\n`),
    );
    streams.push({ level, stream });
  }
  return pino(
    {
      level: 'trace',
      base: { host: hostname(), pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    multistream(streams),
  );
}

async function standardError(): Promise<DestinationStream> {
  if (process.stderr.isTTY !== true) return pino.destination({ dest: 2, sync: true });
  const { PinoPretty, isColorSupported } = await import('pino-pretty');
  return PinoPretty({
    colorize: isColorSupported,
    destination: 2,
    sync: true,
    singleLine: true,
    translateTime: 'HH:MM:ss',
    messageFormat: '{if trial}{trial} {end}{if stage}{stage} {end}{msg}',
    ignore: 'host,pid,campaign,run,trial,stage,workflow,temporalRun,queue,component',
  });
}
