/** Colours of TraceQL, by its own lexer; words stay as they are. What cannot be read is underlined where it stands. */
import { type EditorState, type Range, RangeSetBuilder, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { isTraceql, traceqlOf } from '../../../../core/query/plain-search';
import { plainTerms } from '../../../../core/query/plain-terms';
import { type Token, tokensOf } from '../../../../core/query/traceql/lexer';
import { readTraceql } from '../../../../core/query/traceql/read-query';
import { TraceqlSyntaxError } from '../../../../core/query/traceql/syntax-error';

const COLORS: Readonly<Record<Token['type'], string>> = {
  attribute: 'query-attribute',
  word: 'query-attribute',
  string: 'query-string',
  integer: 'query-number',
  float: 'query-number',
  duration: 'query-number',
  symbol: 'query-symbol',
  end: '',
};
const MARKS = new Map([...new Set(Object.values(COLORS))].map((name) => [name, Decoration.mark({ class: name })]));
const WRONG = Decoration.mark({ class: 'query-wrong' });

/** Whether the text as it stands was searched for in vain: then it is not only unfinished. */
export const markFailed = StateEffect.define<boolean>();

const isFailed = StateField.define({
  create: () => false,
  update: (failed, { effects, docChanged }) =>
    effects.reduce((was, effect) => (effect.is(markFailed) ? effect.value : was), failed && !docChanged),
});

const highlighting = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorationsOf(view.state);
    }

    update(update: ViewUpdate): void {
      const failedNow = update.state.field(isFailed) !== update.startState.field(isFailed);
      if (update.docChanged || failedNow) this.decorations = decorationsOf(update.state);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

export const queryHighlighting = [isFailed, highlighting];

function decorationsOf(state: EditorState): DecorationSet {
  const text = state.doc.toString();
  const failed = state.field(isFailed);
  const builder = new RangeSetBuilder<Decoration>();
  if (isTraceql(text)) {
    const wrong = wrongIn(text, failed);
    let marked = 0;
    for (const { type, at, end } of readable(text)) {
      const isWrong = wrong !== null && at >= wrong.from && end <= wrong.to;
      const mark = isWrong ? WRONG : MARKS.get(COLORS[type]);
      if (mark && end > at) builder.add(at, end, mark);
      if (isWrong || end > at) marked = Math.max(marked, end);
    }
    // What is no token at all, such as a quote that is open.
    if (wrong && wrong.from >= marked && wrong.to > wrong.from) builder.add(wrong.from, wrong.to, WRONG);
  } else {
    for (const { from, to } of plainTerms(text)) {
      if ((failed || to < text.trimEnd().length) && isUnreadable(text.slice(from, to))) builder.add(from, to, WRONG);
    }
  }
  return builder.finish();
}

/** Where the last sign that can be read begins. */
function lastTokenOf(text: string): number {
  return readable(text).findLast(({ at, end }) => end > at)?.at ?? 0;
}

function isUnreadable(term: string): boolean {
  try {
    traceqlOf(term);
    return false;
  } catch {
    return true;
  }
}

function readable(text: string): Token[] {
  try {
    return tokensOf(text);
  } catch (error) {
    return error instanceof TraceqlSyntaxError ? readableBefore(text, error.at) : [];
  }
}

function readableBefore(text: string, end: number): Token[] {
  return end <= 0 || end > text.length ? [] : readable(text.slice(0, end));
}

/** At the end of the text the query is not wrong yet, only not finished; unless it was searched for: then its last sign is marked. */
function wrongIn(text: string, failed: boolean): Pick<Range<Decoration>, 'from' | 'to'> | null {
  try {
    readTraceql(text);
    return null;
  } catch (error) {
    if (!(error instanceof TraceqlSyntaxError)) return null;
    const to = error.at + Math.max(error.length, 1);
    const length = text.trimEnd().length;
    if (to < length) return { from: error.at, to };
    return failed ? { from: Math.min(error.at, lastTokenOf(text)), to: length } : null;
  }
}
