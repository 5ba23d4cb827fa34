/** Logs to stderr: JSON lines for programs, plain lines of warnings and errors for people. */
import type { LogLevel } from '../../core/api/workers';

export type HostLog = (level: LogLevel, message: string, fields?: Record<string, unknown>) => void;

export function jsonLog(write: (line: string) => void): HostLog {
  return (level, message, fields) => {
    write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
  };
}

export function plainLog(write: (line: string) => void): HostLog {
  return (level, message, fields) => {
    if (level !== 'warn' && level !== 'error') return;
    const detail = fields ? ` ${JSON.stringify(fields)}` : '';
    write(`spoor: ${message}${detail}\n`);
  };
}
