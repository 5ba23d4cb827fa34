/** The program itself: its streams are ours, signals that we get go to it, and its end is ours. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { inheritedUmask } from '../../../services/store/private-folder';
import { findProgram } from './find-program';

const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;
/** What shells add to the number of a signal. */
const SIGNALLED = 128;

const PASSED_ON: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];
/** A terminal sends these to every program in the foreground, so that it has them already: a second one means "at once" to many. */
const OF_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];

/** The descriptors of input, output and errors. */
const STREAMS = [0, 1, 2];

export interface ProgramEnd {
  /** As a shell would say it: 128 and the signal's number where a signal ended it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started; null: it ran. */
  readonly problem: string | null;
}

export function runProgram(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = startedWithUmask(() => spawn(file, args, { stdio: 'inherit', env: environment }));
    const passOn = (signal: NodeJS.Signals): void => {
      // Not through process.stdin, which would make the pipe that is the program's another one.
      if (OF_TERMINAL.includes(signal) && STREAMS.some(isatty)) return;
      child.kill(signal);
    };
    const signals = process.platform === 'win32' ? ['SIGINT' as const] : [...PASSED_ON, ...OF_TERMINAL];
    for (const signal of signals) process.on(signal, passOn);
    const end = (result: ProgramEnd): void => {
      for (const signal of signals) process.off(signal, passOn);
      resolve(result);
    };
    child.once('error', (error: NodeJS.ErrnoException) => end(notStarted(file, error)));
    // Not `close`: what it has started may hold the streams for long.
    child.once('exit', (code, signal) =>
      end({ code: signal === null ? (code ?? 0) : SIGNALLED + constants.signals[signal], signal, problem: null }),
    );
  });
}

/** Why a program cannot be started, where that is known before; null: it can. */
export function programProblem(file: string, environment: NodeJS.ProcessEnv): ProgramEnd | null {
  if (findProgram(file, environment) !== null) return null;
  const code = /[/\\]/.test(file) && existsSync(file) ? 'EACCES' : 'ENOENT';
  return notStarted(file, Object.assign(new Error(code), { code }));
}

/** What the program creates is not ours to close to others. */
function startedWithUmask<T>(start: () => T): T {
  const umask = inheritedUmask();
  if (umask === null) return start();
  const own = process.umask(umask);
  try {
    return start();
  } finally {
    process.umask(own);
  }
}

function notStarted(file: string, { code = '', message }: NodeJS.ErrnoException): ProgramEnd {
  if (code === 'ENOENT') {
    const hint = /\s/.test(file) ? ' Write the program and its arguments without quotes around them.' : '';
    return { code: NOT_FOUND, signal: null, problem: `There is no program ${file}.${hint}` };
  }
  const why = code === 'EACCES' ? 'it may not be run: is it a program, and may you run it?' : message;
  return { code: NOT_RUNNABLE, signal: null, problem: `${file} could not be started: ${why}` };
}
