/** Colours of TraceQL, by its own lexer; words stay as they are. What cannot be read is underlined where it stands. */
import { type Range, RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { isTraceql } from '../../../../core/query/facets';
import { type Token, tokensOf } from '../../../../core/query/traceql/lexer';
import { parseTraceql } from '../../../../core/query/traceql/parse';
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

export const queryHighlighting = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorationsOf(view.state.doc.toString());
    }

    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = decorationsOf(update.state.doc.toString());
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function decorationsOf(text: string): DecorationSet {
  if (!isTraceql(text)) return Decoration.none;
  const builder = new RangeSetBuilder<Decoration>();
  const wrong = wrongIn(text);
  for (const { type, at, end } of readable(text)) {
    const mark = wrong && at >= wrong.from && end <= wrong.to ? WRONG : MARKS.get(COLORS[type]);
    if (mark && end > at) builder.add(at, end, mark);
  }
  return builder.finish();
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

/** At the end of the text the query is not wrong yet, only not finished. */
function wrongIn(text: string): Pick<Range<Decoration>, 'from' | 'to'> | null {
  try {
    parseTraceql(text);
    return null;
  } catch (error) {
    if (!(error instanceof TraceqlSyntaxError)) return null;
    const to = error.at + Math.max(error.length, 1);
    return to >= text.trimEnd().length ? null : { from: error.at, to };
  }
}
