/**
 * Instrumentation that the user's project has installed, put before a program that does not set OpenTelemetry up itself: two set-ups
 * in one process fight over it, and the first one wins. Nothing is ever installed.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { findProgram } from './find-program';

const NODE_PACKAGE = '@opentelemetry/auto-instrumentations-node';
const PYTHON_LAUNCHER = 'opentelemetry-instrument';
/** A file that is longer is no script that starts a program. */
const MAX_SCRIPT_BYTES = 256 * 1024;
const NODE_PROGRAMS = /^(?:node|nodejs|npm|npx|yarn|pnpm|tsx|ts-node)$/;
const PRELOADS =
  /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)[\s=]\S*(?:otel|telemetry|instrument|tracing)/i;

export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** What was done, for the user; null: nothing. */
  readonly note: string | null;
}

/** @param javaAgent the file of OpenTelemetry's Java agent, where the user names one */
export function instrumented(
  [program = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv,
  folder: string,
  javaAgent: string | null,
): Launch {
  const plain: Launch = { file: program, args, environment, note: null };
  if (javaAgent !== null) return withJavaAgent(plain, javaAgent);
  return withPython(plain) ?? withNode(plain, folder) ?? plain;
}

/** Maven, Gradle and the like pass it on, which a flag of `java` would not reach. */
function withJavaAgent(plain: Launch, agent: string): Launch {
  const option = `-javaagent:${agent}`;
  const options = [plain.environment.JAVA_TOOL_OPTIONS, /\s/.test(option) ? `"${option}"` : option];
  return {
    ...plain,
    environment: { ...plain.environment, JAVA_TOOL_OPTIONS: options.filter(Boolean).join(' ') },
    note: `Java is instrumented with ${agent}`,
  };
}

function withNode(plain: Launch, folder: string): Launch | null {
  const { file, args, environment } = plain;
  if (!NODE_PROGRAMS.test(nameOf(file)) && !hasShebang(findProgram(file, environment), 'node')) return null;
  const manifest = nearestManifest(folder);
  if (manifest === null) return null;
  const { names } = manifest;
  if (!names.includes(NODE_PACKAGE) || names.some((name) => /^@opentelemetry\/sdk-(?:node|trace-)/.test(name)))
    return null;
  if (PRELOADS.test([environment.NODE_OPTIONS ?? '', ...args].join(' '))) return null;
  if (args.some((arg) => setsUp(arg, folder, /@opentelemetry\//))) return null;
  let register: string;
  try {
    register = createRequire(manifest.file).resolve(`${NODE_PACKAGE}/register`);
  } catch {
    // Named and not installed.
    return null;
  }
  const option = `--require ${/[\s"\\]/.test(register) ? JSON.stringify(register) : register}`;
  return {
    ...plain,
    environment: { ...environment, NODE_OPTIONS: [environment.NODE_OPTIONS, option].filter(Boolean).join(' ') },
    note: `Node is instrumented with the project's ${NODE_PACKAGE}`,
  };
}

function withPython(plain: Launch): Launch | null {
  const { file, args, environment } = plain;
  const program = findProgram(file, environment);
  if (program === null || nameOf(file) === PYTHON_LAUNCHER) return null;
  if (!/^python[\d.]*$/.test(nameOf(file)) && !hasShebang(program, 'python')) return null;
  // Beside it: that of the same virtual environment.
  const launcher = findProgram(join(dirname(program), PYTHON_LAUNCHER), environment);
  if (launcher === null) return null;
  if ([file, ...args].some((arg) => setsUp(arg, process.cwd(), /opentelemetry\.sdk|opentelemetry-instrument/)))
    return null;
  return { ...plain, file: launcher, args: [file, ...args], note: `Python is instrumented with ${launcher}` };
}

/** Whether an argument is a program, or names one, that mentions it. */
function setsUp(argument: string, folder: string, what: RegExp): boolean {
  if (what.test(argument)) return true;
  if (!/\.(?:[cm]?[jt]s|py)$/.test(argument)) return false;
  return what.test(beginningOf(resolve(folder, argument), MAX_SCRIPT_BYTES));
}

function nameOf(file: string): string {
  const ending = extname(file);
  return basename(file, /^\.(?:exe|cmd|bat)$/i.test(ending) ? ending : '');
}

function hasShebang(file: string | null, language: string): boolean {
  const line = file === null ? '' : (beginningOf(file, 200).split('\n')[0] ?? '');
  return line.startsWith('#!') && line.includes(language);
}

function beginningOf(file: string, bytes: number): string {
  try {
    const handle = openSync(file, 'r');
    try {
      const buffer = Buffer.alloc(bytes);
      return buffer.toString('utf8', 0, readSync(handle, buffer, 0, bytes, 0));
    } finally {
      closeSync(handle);
    }
  } catch {
    return '';
  }
}

function nearestManifest(folder: string): { readonly file: string; readonly names: readonly string[] } | null {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return dirname(folder) === folder ? null : nearestManifest(dirname(folder));
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, object | undefined>;
    const lists = ['dependencies', 'devDependencies', 'optionalDependencies'];
    return { file, names: lists.flatMap((list) => Object.keys(manifest[list] ?? {})) };
  } catch {
    return null;
  }
}
