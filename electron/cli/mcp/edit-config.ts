/** Changes one server in a configuration file, and leaves everything else in it as it is, comments and order too. */
import { applyEdits, type FormattingOptions, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { parse as parseToml, stringify } from 'smol-toml';
import { StartError } from '../../../services/store/start-error';
import type { Client } from './clients';

export const SERVER_NAME = 'spoor';

/** Of a server that was reached over HTTP: beside our command they would contradict it. */
const OF_HTTP: ReadonlySet<string> = new Set([
  'type',
  'url',
  'httpUrl',
  'serverUrl',
  'headers',
  'bearer_token',
  'bearer_token_env_var',
  'http_headers',
  'env_http_headers',
]);

type Entry = Readonly<Record<string, unknown>>;

/** @param entry null: taken out @param text of the file; null: there is none @returns what the file is to hold @throws StartError where it cannot be understood */
export function editedConfig({ form, section, file }: Client, text: string | null, entry: Entry | null): string {
  return form === 'json' ? editedJson(file, text, section, entry) : editedToml(file, text ?? '', section, entry);
}

function editedJson(file: string, given: string | null, section: string, entry: Entry | null): string {
  const mark = given?.startsWith('\ufeff') ? '\ufeff' : '';
  const text = (given ?? '').slice(mark.length);
  if (text.trim() === '')
    return entry === null ? (given ?? '') : `${JSON.stringify({ [section]: { [SERVER_NAME]: entry } }, null, 2)}\n`;
  const errors: ParseError[] = [];
  const content: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) throw broken(file, `${printParseErrorCode(first.error)} at line ${lineAt(text, first.offset)}`);
  if (!isTable(content)) throw broken(file, 'it holds no object');
  const servers = content[section];
  if (servers !== undefined && !isTable(servers)) throw broken(file, `${section} is no object`);
  const known = isTable(servers) ? servers[SERVER_NAME] : undefined;
  if (entry === null && known === undefined) return given ?? '';
  const formattingOptions = formatOf(text);
  const wanted = entry === null ? undefined : { ...keptOf(known, entry), ...entry };
  const edited = applyEdits(text, modify(text, [section, SERVER_NAME], wanted, { formattingOptions }));
  return mark + edited;
}

/** What the user set beside what we write, such as an environment. What we write keeps its place. */
function keptOf(known: unknown, entry: Entry): Entry {
  if (!isTable(known)) return {};
  return Object.fromEntries(Object.entries(known).filter(([key]) => key in entry || !OF_HTTP.has(key)));
}

function formatOf(text: string): FormattingOptions {
  const [, indent = '  '] = /\n([ \t]+)\S/.exec(text) ?? [];
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return indent.startsWith('\t')
    ? { insertSpaces: false, tabSize: 1, eol }
    : { insertSpaces: true, tabSize: indent.length, eol };
}

/** TOML has no editor that keeps comments: our table is replaced by lines, and both sides are read to see that nothing else changed. */
function editedToml(file: string, given: string, section: string, entry: Entry | null): string {
  const before = tomlOf(file, given);
  const servers = before[section];
  if (servers !== undefined && !isTable(servers)) throw broken(file, `${section} is no table`);
  const known = isTable(servers) ? servers[SERVER_NAME] : undefined;
  if (entry === null && known === undefined) return given;
  const eol = given.includes('\r\n') ? '\r\n' : '\n';
  const rest = withoutTable(given, section);
  const wanted = entry === null ? null : { ...keptOf(known, entry), ...entry };
  const block =
    wanted === null
      ? ''
      : stringify({ [section]: { [SERVER_NAME]: wanted } })
          .trim()
          .replace(/\n/g, eol);
  const kept = rest.trimEnd();
  const edited =
    block === '' ? (kept === '' ? '' : kept + eol) : `${kept}${kept === '' ? '' : eol + eol}${block}${eol}`;
  const others = (tables: Record<string, unknown>): string => {
    const { [section]: list, ...others } = tables;
    const { [SERVER_NAME]: _, ...remaining } = isTable(list) ? list : {};
    return JSON.stringify([others, remaining]);
  };
  const after = readable(edited);
  const list = after?.[section];
  const now = isTable(list) ? list[SERVER_NAME] : undefined;
  if (after === null || others(after) !== others(before) || (now === undefined) !== (entry === null)) {
    throw new StartError(
      `${file} is written in a way that cannot be changed without touching what else is in it. Change [${section}.${SERVER_NAME}] by hand; it was not changed.`,
    );
  }
  return edited;
}

/** Without the lines of our table and of the tables in it. */
function withoutTable(text: string, section: string): string {
  const header = new RegExp(`^\\s*\\[\\s*"?${section}"?\\s*\\.\\s*["']?${SERVER_NAME}["']?\\s*(?:\\.[^\\]]*)?\\]`);
  let isOurs = false;
  const kept: string[] = [];
  /** Comments above the next table are not of ours. */
  let held: string[] = [];
  for (const line of text.split('\n')) {
    if (/^\s*\[/.test(line) && !isInArray(held)) {
      const wasOurs = isOurs;
      isOurs = header.test(line);
      if (wasOurs) kept.push(...commentsAtEnd(held));
      held = [];
    }
    if (isOurs) held.push(line);
    else kept.push(line);
  }
  return kept.join('\n');
}

/** Whether a line that begins with a bracket goes on with an array of the lines before. */
function isInArray(lines: readonly string[]): boolean {
  const code = lines
    .slice(1)
    .map((line) => line.replace(/"(?:\\.|[^"\\])*"|'[^']*'|#.*/g, ''))
    .join('\n');
  return (code.match(/\[/g)?.length ?? 0) > (code.match(/\]/g)?.length ?? 0);
}

function commentsAtEnd(lines: readonly string[]): string[] {
  const at = lines.findLastIndex((line) => line.trim() !== '' && !line.trim().startsWith('#'));
  return lines.slice(at + 1);
}

function tomlOf(file: string, text: string): Record<string, unknown> {
  try {
    return parseToml(text.replace(/^\ufeff/, '')) as Record<string, unknown>;
  } catch (error) {
    const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw broken(file, why);
  }
}

function readable(text: string): Record<string, unknown> | null {
  try {
    return parseToml(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function broken(file: string, why: string): StartError {
  return new StartError(`${file} cannot be understood: ${why}. Correct it first; it was not changed.`);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
