import type { LogLevel } from '../core/api/workers';

/** Where a service says what went wrong: the host's log on the desktop, structured lines on the server. */
export type Log = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;
