/** The text of `settings.json`: JSON in which comments and trailing commas are allowed. Read with line numbers, changed in place. */
import {
  applyEdits,
  createScanner,
  findNodeAtLocation,
  type JSONPath,
  modify,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { SettingKey, SettingsProblem, SettingValues } from '../api/settings';
import { nearest } from '../query/traceql/syntax-error';
import { pathOf, SETTING_KEYS, SETTING_SCHEMAS } from './settings-table';

export interface SettingsText {
  /** Those that the file sets and that are right. */
  readonly values: Partial<SettingValues>;
  readonly problems: readonly SettingsProblem[];
  readonly warnings: readonly SettingsProblem[];
}

const SECTIONS = [...new Set(SETTING_KEYS.map((key) => pathOf(key)[0] as string))];

export function readSettingsText(given: string): SettingsText {
  // Some editors begin a file so.
  const text = given.replace(/^\uFEFF/, ' ');
  const problems: SettingsProblem[] = [];
  const warnings: SettingsProblem[] = [];
  const at = (offset: number, message: string): SettingsProblem => ({ ...placeOf(text, offset), message });
  if (text.trim() === '') return { values: {}, problems, warnings };
  const errors: ParseError[] = [];
  let root: Node | undefined;
  try {
    root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  } catch {
    // Of the parser, which calls itself for every level.
    return { values: {}, problems: [at(0, 'is nested too deeply')], warnings };
  }
  const [first] = errors;
  if (first) {
    problems.push(at(first.offset, `is not JSON: ${spokenError(first)}`));
    return { values: {}, problems, warnings };
  }
  if (root?.type !== 'object') {
    return { values: {}, problems: [at(root?.offset ?? 0, 'must be an object, such as {}')], warnings };
  }
  for (const { name, node } of membersOf(root)) checkSection(name, node, at, problems, warnings);
  // Which of them counts would be a guess.
  for (const { path, node } of repeatedIn(root)) problems.push(at(node.offset, `${path.join('.')} stands twice`));
  const values: { -readonly [Key in SettingKey]?: SettingValues[Key] } = {};
  const read = <Key extends SettingKey>(key: Key, node: Node): void => {
    const result = SETTING_SCHEMAS[key].safeParse(plainValue(node));
    if (result.success && !holdsNullHeader(key, result.data)) values[key] = result.data;
    else problems.push(problemOf(key, node, result.error?.issues[0] ?? null, at));
  };
  for (const key of SETTING_KEYS) {
    const node = findNodeAtLocation(root, pathOf(key));
    if (node) read(key, node);
  }
  return { values, problems, warnings };
}

/** Changes what is set and leaves everything else as it stands: comments, order, indentation, what is not known here. */
export function editSettingsText(text: string, set: Partial<SettingValues>, reset: readonly SettingKey[]): string {
  let edited = text.replace(/^\uFEFF/, '');
  if (edited.trim() === '') edited = '{}\n';
  for (const key of reset) edited = without(edited, pathOf(key));
  for (const [key, value] of Object.entries(set)) {
    if (value !== undefined) edited = withValue(edited, pathOf(key as SettingKey), value);
  }
  return edited;
}

/** Line and column of an offset, from 1. */
function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split(/\r\n|\r|\n/);
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}

type At = (offset: number, message: string) => SettingsProblem;

function checkSection(
  name: string,
  node: Node,
  at: At,
  problems: SettingsProblem[],
  warnings: SettingsProblem[],
): void {
  const isKey = SETTING_KEYS.some((key) => key === name);
  if (isKey) return;
  if (!SECTIONS.includes(name)) {
    const near = nearest(name, SECTIONS);
    // A slip may let secrets through; what a newer Spoor knows may not keep this one from starting.
    if (near !== null) problems.push(at(node.offset, `there is no setting ${name}. Did you mean ${near}?`));
    else warnings.push(at(node.offset, `${name} is not a setting of this version, and has no effect`));
    return;
  }
  if (node.type !== 'object') {
    problems.push(at(node.offset, `${name} must be an object, such as {}`));
    return;
  }
  const known = SETTING_KEYS.filter((key) => pathOf(key)[0] === name).map((key) => pathOf(key)[1] as string);
  for (const member of membersOf(node)) {
    if (known.includes(member.name)) continue;
    const near = nearest(member.name, known);
    const hint = near === null ? `There are ${known.join(', ')}.` : `Did you mean ${near}?`;
    problems.push(at(member.node.offset, `${name} has no setting ${member.name}. ${hint}`));
  }
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function problemOf(key: SettingKey, node: Node, issue: Issue | null, at: At): SettingsProblem {
  const path = (issue?.path ?? []).filter((part): part is string | number => typeof part !== 'symbol');
  const said = issue?.message ?? 'has a header without a value';
  // A member that is missing has no place of its own.
  let place = node;
  for (let length = path.length; length > 0; length--) {
    const found = findNodeAtLocation(node, path.slice(0, length));
    if (!found) continue;
    place = found;
    break;
  }
  return at(place.offset, `${[key, ...path].join('.')} ${said}`);
}

function membersOf(node: Node): { readonly name: string; readonly node: Node }[] {
  return (node.children ?? []).flatMap(({ children = [] }) => {
    const [name, value] = children;
    return name && value ? [{ name: String(name.value), node: value }] : [];
  });
}

/** Members whose names stand before them already, except in what is not known here. */
function* repeatedIn(node: Node, path: readonly string[] = []): Generator<{ path: readonly string[]; node: Node }> {
  if (node.type === 'array') {
    for (const [i, item] of (node.children ?? []).entries()) yield* repeatedIn(item, [...path, String(i)]);
  }
  if (node.type !== 'object') return;
  const names = new Set<string>();
  for (const { name, node: value } of membersOf(node)) {
    if (path.length === 0 && !SECTIONS.includes(name)) continue;
    if (names.has(name)) yield { path: [...path, name], node: value };
    names.add(name);
    yield* repeatedIn(value, [...path, name]);
  }
}

/** Without a prototype, so that no name of a member is special. */
function plainValue(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(plainValue);
  if (node.type !== 'object') return node.value;
  return Object.fromEntries(membersOf(node).map(({ name, node }) => [name, plainValue(node)]));
}

function holdsNullHeader(key: SettingKey, value: unknown): boolean {
  if (key !== 'forward' || value === null) return false;
  return Object.values((value as NonNullable<SettingValues['forward']>).headers).includes(null);
}

function spokenError({ error }: ParseError): string {
  const name = printParseErrorCode(error);
  const words = name.replace(/([a-z])([A-Z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`);
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function withValue(text: string, path: JSONPath, value: unknown): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, path);
  if (node && same(plainValue(node), value)) return text;
  if (node?.type === 'object' && isRecord(value)) {
    let edited = text;
    for (const { name } of membersOf(node)) if (!(name in value)) edited = without(edited, [...path, name]);
    for (const [name, one] of Object.entries(value)) edited = withValue(edited, [...path, name], one);
    return edited;
  }
  if (node?.type === 'array' && Array.isArray(value))
    return withItems(text, path, plainValue(node) as unknown[], value);
  return applyEdits(text, modify(text, path, value, { formattingOptions: formattingOf(text) }));
}

/** Items at both ends that stay as they are keep their comments. */
function withItems(text: string, path: JSONPath, before: readonly unknown[], after: readonly unknown[]): string {
  let start = 0;
  while (start < Math.min(before.length, after.length) && same(before[start], after[start])) start++;
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && same(before.at(-1 - end), after.at(-1 - end))) end++;
  const formattingOptions = formattingOf(text);
  let edited = text;
  const replaced = Math.min(before.length, after.length) - end;
  for (let i = start; i < replaced; i++) edited = withValue(edited, [...path, i], after[i]);
  for (let i = before.length - end - 1; i >= replaced; i--) edited = without(edited, [...path, i]);
  for (let i = replaced; i < after.length - end; i++) {
    const edits = modify(edited, [...path, i], after[i], { isArrayInsertion: true, formattingOptions });
    edited = applyEdits(edited, edits);
  }
  return edited;
}

/** By hand: jsonc-parser takes comments of what stands before with it. */
function without(text: string, path: JSONPath): string {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, path);
  if (!node) return text;
  const item = node.parent?.type === 'property' ? node.parent : node;
  const siblings = item.parent?.children ?? [];
  const before = siblings[siblings.indexOf(item) - 1];
  const end = item.offset + item.length;
  const comma = commaAfter(text, end) ?? (before ? commaAfter(text, before.offset + before.length) : null);
  const cuts = [{ from: item.offset, to: end }, ...(comma === null ? [] : [{ from: comma, to: comma + 1 }])];
  let edited = text;
  for (const { from, to } of cuts.sort((one, other) => other.from - one.from)) {
    edited = edited.slice(0, from) + edited.slice(to);
  }
  return withoutEmptyLine(edited, comma !== null && comma < item.offset ? item.offset - 1 : item.offset);
}

/** Past blanks and comments; null: something else comes first. */
function commaAfter(text: string, offset: number): number | null {
  const scanner = createScanner(text, true);
  scanner.setPosition(offset);
  scanner.scan();
  return text[scanner.getTokenOffset()] === ',' ? scanner.getTokenOffset() : null;
}

function withoutEmptyLine(text: string, at: number): string {
  const start = text.lastIndexOf('\n', at - 1);
  const end = text.indexOf('\n', at);
  if (start < 0 || end < 0 || text.slice(start, end).trim() !== '') return text;
  return text.slice(0, start) + text.slice(end);
}

/** As the file is written already. */
function formattingOf(text: string) {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 2 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
