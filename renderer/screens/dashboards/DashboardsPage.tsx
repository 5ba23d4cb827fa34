/** All dashboards, and ways to make one: an empty one, from a file, or from one to begin with. */
import { Upload } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { DashboardEdit } from '../../../core/api/dashboard';
import { MAX_FILE_CHARS, readDashboardFile } from '../../../core/dashboards/dashboard-file';
import { STARTERS } from '../../../core/dashboards/starters';
import { formatAgo, formatCount } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { useDashboards } from '../../features/dashboards/use-dashboards';
import { useMay } from '../../features/team/May';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';

const GRID = 'grid grid-cols-[minmax(0,1fr)_90px_140px] items-center gap-x-4 px-3.5';
/** As characters take at most. */
const MAX_BYTES = 4 * MAX_FILE_CHARS;

export function DashboardsPage() {
  const { data, error, refetch } = useDashboards();
  const mayWrite = useMay('notes:write');
  const now = useNow(10_000);
  const [, navigate] = useLocation();
  const [failure, setFailure] = useState<string | null>(null);
  const [isMaking, setMaking] = useState(false);
  const make = (making: Promise<DashboardEdit>): void => {
    setMaking(true);
    making
      .then((edit) => api.createDashboard(edit))
      .then(
        ({ id }) => navigate(`/dashboards/${id}`),
        (problem: Error) => setFailure(problem.message),
      )
      .finally(() => setMaking(false));
  };
  const begin = (edit: DashboardEdit): void => make(Promise.resolve(edit));
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Dashboards</h1>
        <span className="grow" />
        {mayWrite && (
          <>
            <Import isBusy={isMaking} onFile={(file) => make(editIn(file))} />
            <NewDashboard isBusy={isMaking} onCreate={(name) => begin({ name, panels: [] })} />
          </>
        )}
      </PageHeader>
      {(error || failure !== null) && (
        <Notice
          title={error ? 'The dashboards could not be read.' : 'The dashboard was not created.'}
          action={
            error ? (
              <Button onClick={() => void refetch()}>Try again</Button>
            ) : (
              <Button onClick={() => setFailure(null)}>Dismiss</Button>
            )
          }
        >
          {error?.message ?? failure}
        </Notice>
      )}
      {!data && !error && (
        <p role="status" className="px-3.5 py-2.5 text-secondary">
          Reading the dashboards …
        </p>
      )}
      {data && (
        <div className="min-h-0 grow overflow-y-auto bg-panel">
          {data.length > 0 && (
            <div role="table" aria-label="Dashboards">
              <div
                role="row"
                className={`${GRID} h-[29px] border-b border-line bg-raised text-sm font-medium text-secondary`}
              >
                <span role="columnheader">Dashboard</span>
                <span role="columnheader" className="text-right">
                  Panels
                </span>
                <span role="columnheader" className="text-right">
                  Changed
                </span>
              </div>
              {data.map(({ id, name, panels, updatedAt }) => (
                <div key={id} role="row" className={`${GRID} relative h-[32px] border-b border-line hover:bg-raised`}>
                  <span role="rowheader" className="min-w-0">
                    <Link
                      href={`/dashboards/${id}`}
                      className="block truncate font-semibold after:absolute after:inset-0"
                      dir="auto"
                    >
                      {name}
                    </Link>
                  </span>
                  <span role="cell" className="text-right font-mono text-sm">
                    {formatCount(panels.length)}
                  </span>
                  <span role="cell" className="text-right text-secondary">
                    {formatAgo(Date.parse(updatedAt), now)}
                  </span>
                </div>
              ))}
            </div>
          )}
          {data.length === 0 && (
            <p className="mx-auto max-w-[560px] px-6 pt-16 pb-6 text-center text-secondary">
              A dashboard holds charts of spans, metrics and logs over the same time.{' '}
              {mayWrite ? 'Name one above, or begin with one of these.' : 'Nobody has made one yet.'}
            </p>
          )}
          {mayWrite && <Starters isFirst={data.length === 0} isBusy={isMaking} onChoose={begin} />}
        </div>
      )}
    </div>
  );
}

interface StartersProps {
  readonly isFirst: boolean;
  /** One is being made. */
  readonly isBusy: boolean;
  readonly onChoose: (edit: DashboardEdit) => void;
}

function Starters({ isFirst, isBusy, onChoose }: StartersProps) {
  return (
    <section aria-label="Start from" className="mx-auto max-w-[900px] px-3.5 py-4">
      {!isFirst && <h2 className="pb-2 text-sm font-medium text-secondary">Start from</h2>}
      <ul className="grid gap-3 sm:grid-cols-3">
        {STARTERS.map(({ title, about, dashboard }) => (
          <li key={title}>
            <button
              type="button"
              disabled={isBusy}
              className="flex h-full w-full flex-col gap-1 rounded-md border border-line-strong bg-panel p-3 text-left hover:bg-raised disabled:opacity-50"
              onClick={() => onChoose(dashboard)}
            >
              <span className="font-semibold">{title}</span>
              <span className="text-sm text-secondary">{about}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface NewDashboardProps {
  readonly isBusy: boolean;
  readonly onCreate: (name: string) => void;
}

function NewDashboard({ isBusy, onCreate }: NewDashboardProps) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '' && !isBusy) onCreate(name.trim());
  };
  return (
    <form className="flex min-w-0 gap-1.5" onSubmit={submit}>
      <input
        aria-label="Name of the new dashboard"
        placeholder="Name of a new dashboard"
        maxLength={200}
        className="h-[26px] w-[220px] min-w-0 rounded-md border border-line-strong bg-background px-2"
        value={name}
        onChange={({ target }) => setName(target.value)}
      />
      <Button type="submit" look="primary" disabled={name.trim() === '' || isBusy}>
        Add
      </Button>
    </form>
  );
}

interface ImportProps {
  readonly isBusy: boolean;
  readonly onFile: (file: File) => void;
}

function Import({ isBusy, onFile }: ImportProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label="A dashboard as JSON"
        className="hidden"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) onFile(file);
          // The same file may be chosen again, after it was mended.
          target.value = '';
        }}
      />
      <Button disabled={isBusy} onClick={() => input.current?.click()}>
        <Upload size={13} aria-hidden /> Import
      </Button>
    </>
  );
}

/** @throws Error that says what is wrong with the file */
async function editIn(file: File): Promise<DashboardEdit> {
  if (file.size > MAX_BYTES) throw new Error(`${file.name} is too large for a dashboard.`);
  return readDashboardFile(await file.text());
}
