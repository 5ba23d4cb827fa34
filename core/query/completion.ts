/** What could be written at a place of a search: a field, a value of one, or the next step of a pipeline. */

import { ALIASES, isTraceql } from './plain-search';

export type Completion =
  | { readonly kind: 'none' }
  /** Names of attributes and intrinsics; of the plain search also its short names. */
  | { readonly kind: 'field'; readonly from: number; readonly typed: string; readonly plain: boolean }
  /** @param field as TraceQL names it; `quoted`: within quotes, or in need of them */
  | {
      readonly kind: 'value';
      readonly from: number;
      readonly typed: string;
      readonly field: string;
      readonly quote: 'open' | 'needed' | 'plain';
      /** The rest of the search, which says among what the value is looked for. */
      readonly rest: string;
    }
  | { readonly kind: 'step'; readonly from: number; readonly typed: string };

/** A field, a comparison, and the beginning of a value. */
const VALUE = /(?:^|[\s{(&|!])((?:\w+:)?[\w.@/-]+)\s*(?:=~|!~|!=|>=|<=|=|<|>)\s*("(?:[^"\\]|\\.)*|[\w.]*)$/;
const PLAIN_VALUE = /(?:^|\s)-?([\p{L}_][\p{L}\p{N}_.-]*)(?::|!=|=)("?[^"\s]*)$/u;
const FIELD = /[\w.:@/-]*$/;

export function completionAt(text: string, at: number): Completion {
  const before = text.slice(0, at);
  return isTraceql(text) ? inTraceql(before, text.slice(at)) : inPlain(before, text.slice(at));
}

function inTraceql(before: string, after: string): Completion {
  const value = VALUE.exec(before);
  if (value) {
    const [, field = '', typed = ''] = value;
    const isQuoted = typed.startsWith('"');
    const shown = isQuoted ? typed.slice(1) : typed;
    // A number needs no help.
    if (/^[\d.]+$/.test(typed)) return { kind: 'none' };
    return {
      kind: 'value',
      from: before.length - shown.length,
      typed: shown,
      field,
      quote: isQuoted ? 'open' : 'needed',
      // A condition that always holds in its place; a quote that is closed already goes with it.
      rest: `${before.slice(0, value.index + value[0].indexOf(field))}true${isQuoted ? after.replace(/^"/, '') : after}`,
    };
  }
  if (insideQuotes(before)) return { kind: 'none' };
  const [typed = ''] = FIELD.exec(before) ?? [];
  const from = before.length - typed.length;
  if (/^\d/.test(typed)) return { kind: 'none' };
  if (depthOf(before) > 0 || /\b(?:by|select|avg|min|max|sum|\w+_over_time)\($/.test(before.slice(0, from))) {
    return { kind: 'field', from, typed, plain: false };
  }
  return /\|\s*$/.test(before.slice(0, from)) ? { kind: 'step', from, typed } : { kind: 'none' };
}

function inPlain(before: string, after: string): Completion {
  const value = PLAIN_VALUE.exec(before);
  if (value) {
    const [, word = '', given = ''] = value;
    const typed = given.replace(/^"/, '');
    const field = ALIASES[word.toLowerCase()] ?? `.${word}`;
    return {
      kind: 'value',
      from: before.length - given.length,
      typed,
      field,
      quote: 'plain',
      rest: `${before.slice(0, value.index)} ${after}`.trim(),
    };
  }
  const [typed = ''] = /[\p{L}_][\p{L}\p{N}_.-]*$/u.exec(before) ?? [];
  if (typed === '' || insideQuotes(before)) return { kind: 'none' };
  return { kind: 'field', from: before.length - typed.length, typed, plain: true };
}

function insideQuotes(text: string): boolean {
  return (text.match(/(?<!\\)"/g) ?? []).length % 2 === 1;
}

/** Braces that are open. */
function depthOf(text: string): number {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"?/g, '');
  return (bare.match(/\{/g) ?? []).length - (bare.match(/\}/g) ?? []).length;
}
