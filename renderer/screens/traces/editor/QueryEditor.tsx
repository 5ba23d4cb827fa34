import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import { Search, X } from 'lucide-react';
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { Kbd } from '../../../ui/Kbd';
import { completeQuery } from './query-completion';
import { markFailed, queryHighlighting } from './query-highlighting';

interface QueryEditorProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  /** It was searched for as it stands, and cannot be. */
  readonly failed: boolean;
  readonly onChange: (value: string) => void;
  /** @returns whether the search goes on elsewhere: the box lets go of the keyboard */
  readonly onEnter: (value: string) => boolean;
  readonly className?: string;
  /** At its end. */
  readonly children?: ReactNode;
  readonly ref?: Ref<{ focus: () => void }>;
}

/** The search box of the list: one line of words or TraceQL, with completion. `/` leads here, Escape leads out. */
export function QueryEditor({
  label,
  hint,
  value,
  failed,
  onChange,
  onEnter,
  className,
  children,
  ref,
}: QueryEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  const calls = useRef({ onChange, onEnter });
  calls.current = { onChange, onEnter };
  useImperativeHandle(ref, () => ({
    focus: () => {
      const view = editor.current;
      view?.focus();
      view?.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
    },
  }));

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; the value goes its own way below
  useEffect(() => {
    const view = new EditorView({
      parent: host.current as HTMLDivElement,
      state: EditorState.create({ doc: value, extensions: extensions(label, hint, calls) }),
    });
    editor.current = view;
    return () => view.destroy();
  }, []);

  useEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === value) return;
    view.dispatch({
      changes: { from: 0, to: view.state.doc.length, insert: value },
      selection: { anchor: value.length },
    });
  }, [value]);

  useEffect(() => {
    editor.current?.dispatch({ effects: markFailed.of(failed) });
  }, [failed]);

  return (
    <div
      className={`flex min-h-[27px] items-center gap-2 rounded-md border border-line-strong bg-background px-2 focus-within:border-accent ${className ?? ''}`}
    >
      <Search size={13} className="shrink-0 text-faint" aria-hidden />
      <div ref={host} className="query-editor min-w-0 grow" />
      {value === '' ? (
        <Kbd>/</Kbd>
      ) : (
        <button
          type="button"
          aria-label="Clear the search"
          className="text-faint hover:text-text"
          onClick={() => onChange('')}
        >
          <X size={13} />
        </button>
      )}
      {children}
    </div>
  );
}

interface Calls {
  readonly current: Pick<QueryEditorProps, 'onChange' | 'onEnter'>;
}

function extensions(label: string, hint: string, calls: Calls) {
  const enter = (view: EditorView): boolean => {
    closeCompletion(view);
    if (calls.current.onEnter(view.state.doc.toString())) view.contentDOM.blur();
    return true;
  };
  /** The one that was gone to, or else the first. */
  const complete = (view: EditorView): boolean => {
    if (completionStatus(view.state) !== 'active') return false;
    return acceptCompletion(view) || (moveCompletionSelection(true)(view) && acceptCompletion(view));
  };
  const leave = (view: EditorView): boolean => {
    if (completionStatus(view.state) === 'active') return false;
    view.contentDOM.blur();
    return true;
  };
  return [
    history(),
    // None is chosen before somebody goes to it: Enter searches for what was typed.
    autocompletion({
      override: [completeQuery],
      selectOnOpen: false,
      icons: false,
      activateOnTypingDelay: 120,
      interactionDelay: 0,
    }),
    Prec.high(
      keymap.of([
        { key: 'Tab', run: complete },
        { key: 'Enter', run: (view) => acceptCompletion(view) || enter(view) },
      ]),
    ),
    keymap.of([{ key: 'Escape', run: leave }, ...historyKeymap, ...defaultKeymap]),
    // One line, whatever is pasted.
    EditorState.transactionFilter.of((transaction) =>
      transaction.newDoc.lines > 1
        ? {
            changes: {
              from: 0,
              to: transaction.startState.doc.length,
              insert: transaction.newDoc.toString().replace(/\s*\n\s*/g, ' '),
            },
          }
        : transaction,
    ),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) calls.current.onChange(update.state.doc.toString());
    }),
    EditorView.domEventHandlers({
      // The keys of the page are not for what is typed here.
      keydown: (event) => event.stopPropagation(),
      // An empty box shows what was searched for lately.
      focus: (_, view) => {
        if (view.state.doc.length === 0) setTimeout(() => view.hasFocus && startCompletion(view));
      },
    }),
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
    placeholder(hint),
    queryHighlighting,
  ];
}
