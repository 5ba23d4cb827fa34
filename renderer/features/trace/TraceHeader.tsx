import { useEffect, useMemo, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { plural } from '../../../core/model/format';
import { useKeys } from '../../app/use-keys';
import { useTraceView } from '../../stores/trace-view-store';
import { CopyButton } from '../../ui/CopyButton';
import { PageHeader } from '../../ui/PageHeader';
import { SearchField } from '../../ui/SearchField';
import { Tag } from '../../ui/Tag';
import { errorRows, matchingRows, nextRow } from './find-rows';
import type { LoadedTrace } from './use-trace';

export function TraceHeader({ trace }: { readonly trace: LoadedTrace }) {
  const { summary, columns, tree } = trace;
  const { search, setSearch, selected, select } = useTraceView();
  const [, navigate] = useLocation();
  const field = useRef<{ focus: () => void }>(null);
  const matches = useMemo(() => matchingRows(trace, search), [trace, search]);
  const errors = useMemo(() => errorRows(trace), [trace]);
  const goTo = (rows: Uint32Array, backwards: boolean): void => {
    const index = selected === null ? -1 : columns.spanId.indexOf(selected);
    const row = nextRow(rows, index < 0 ? -1 : (tree.rowOf[index] as number), backwards);
    if (row !== null) select(columns.spanId[tree.span[row] as number] as bigint);
  };
  useKeys({
    '/': () => field.current?.focus(),
    e: (event) => goTo(errors, event.shiftKey),
    Escape: () => (selected === null ? navigate('/traces') : select(null)),
  });
  useEffect(() => {
    document.title = `${summary.rootName} · Spoor`;
    return () => {
      document.title = 'Spoor';
    };
  }, [summary.rootName]);
  return (
    <PageHeader>
      <Link href="/traces" className="shrink-0 text-secondary hover:text-accent">
        Traces
      </Link>
      <span className="text-faint">/</span>
      <h1 className="min-w-0 truncate font-semibold" dir="auto">
        {summary.rootName || 'unnamed'}
      </h1>
      <span className="flex shrink-0 items-center font-mono text-sm text-faint max-md:hidden" title={summary.traceId}>
        {summary.traceId.slice(0, 4)}…{summary.traceId.slice(-4)}
        <CopyButton text={summary.traceId} label="Copy the trace id" />
      </span>
      {summary.errorCount > 0 && (
        <button type="button" className="shrink-0" title="Next error (E)" onClick={() => goTo(errors, false)}>
          <Tag tone="error">{plural(summary.errorCount, 'error')}</Tag>
        </button>
      )}
      {summary.incomplete && (
        <span title="The root, or a parent that some span names, has not arrived">
          <Tag tone="warning">incomplete</Tag>
        </span>
      )}
      <span className="grow" />
      {search !== '' && (
        <span className="shrink-0 text-sm text-secondary" role="status">
          {plural(matches.length, 'match').replace('matchs', 'matches')}
        </span>
      )}
      <SearchField
        ref={field}
        label="Find in trace"
        placeholder="Find in trace"
        value={search}
        onChange={setSearch}
        onEnter={(backwards) => goTo(matches, backwards)}
        className="w-[230px] min-w-[120px]"
      />
    </PageHeader>
  );
}
