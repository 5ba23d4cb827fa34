/** What a panel asks, its title and its width. */
import { Dialog } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { PANEL_WIDTHS } from '../../../core/api/dashboard';
import { problemOf } from '../../../core/dashboards/check-panels';
import type { NewPanel } from '../../../core/dashboards/dashboard-file';
import { Button } from '../../ui/Button';
import { FIELD, LABEL } from '../../ui/field';
import { MetricFields } from './MetricFields';
import { KIND_TEXT, WIDTH_TEXT } from './panel-text';

interface PanelFormProps {
  /** Null: a new one. */
  readonly panel: NewPanel | null;
  /** Why it was not saved. */
  readonly failure: string | null;
  /** Where the focus comes back to; null: to where it was. */
  readonly returnTo: HTMLElement | null;
  readonly onSave: (panel: NewPanel) => void;
  readonly onClose: () => void;
}

type Kind = NewPanel['kind'];
const KINDS = ['spans', 'metric', 'logs'] as const;
const AREA = 'min-h-[64px] rounded border border-line-strong bg-background px-1.5 py-1 font-mono text-sm text-text';

/** A panel of each kind, so that nothing that was typed is lost when the kind is changed and changed back. */
type Drafts = { readonly [K in Kind]: Extract<NewPanel, { readonly kind: K }> };

function draftsOf(panel: NewPanel | null): Drafts {
  const base = { title: panel?.title ?? '', width: panel?.width ?? 'half' };
  const drafts: Drafts = {
    spans: { ...base, kind: 'spans', query: '' },
    metric: { ...base, kind: 'metric', metric: '', aggregate: null, groupBy: [], filter: '' },
    logs: { ...base, kind: 'logs', query: '', show: 'count' },
  };
  return panel ? { ...drafts, [panel.kind]: panel } : drafts;
}

export function PanelForm({ panel, failure, returnTo, onSave, onClose }: PanelFormProps) {
  const [kind, setKind] = useState<Kind>(panel?.kind ?? 'spans');
  const [drafts, setDrafts] = useState(draftsOf(panel));
  const [isTried, setTried] = useState(false);
  const [title, setTitle] = useState(panel?.title ?? '');
  const [width, setWidth] = useState(panel?.width ?? 'half');
  const draft = { ...drafts[kind], title: title.trim(), width };
  const problem = draft.kind === 'metric' && draft.metric === '' ? 'Choose a metric.' : problemOf(draft);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem === null) onSave(draft);
    else setTried(true);
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-20 bg-black/30" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            if (returnTo === null) return;
            event.preventDefault();
            returnTo.focus();
          }}
          className="fixed top-[10%] left-1/2 z-20 max-h-[80vh] w-[600px] max-w-[94vw] -translate-x-1/2 overflow-y-auto rounded-lg border border-line-strong bg-panel p-4 text-base text-text shadow-xl"
        >
          <form className="flex flex-col gap-3" onSubmit={submit} noValidate>
            <Dialog.Title className="font-semibold">{panel === null ? 'Add a panel' : 'Edit the panel'}</Dialog.Title>
            <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
              <legend className="sr-only">Kind</legend>
              {KINDS.map((one) => (
                <label key={one} className="flex items-center gap-1.5">
                  <input
                    type="radio"
                    name="kind"
                    className="accent-(--accent)"
                    checked={kind === one}
                    onChange={() => setKind(one)}
                  />
                  {KIND_TEXT[one]}
                </label>
              ))}
            </fieldset>
            {kind === 'spans' && (
              <label className={LABEL}>
                TraceQL metrics query
                <textarea
                  className={AREA}
                  value={drafts.spans.query}
                  placeholder="{ status = error } | rate() by (resource.service.name)"
                  spellCheck={false}
                  maxLength={10_000}
                  onChange={({ target }) => setDrafts({ ...drafts, spans: { ...drafts.spans, query: target.value } })}
                />
              </label>
            )}
            {kind === 'metric' && (
              <MetricFields draft={drafts.metric} onChange={(metric) => setDrafts({ ...drafts, metric })} />
            )}
            {kind === 'logs' && (
              <>
                <label className={LABEL}>
                  Log search
                  <textarea
                    className={AREA}
                    value={drafts.logs.query}
                    placeholder="severity>=warn service:web"
                    spellCheck={false}
                    maxLength={10_000}
                    onChange={({ target }) => setDrafts({ ...drafts, logs: { ...drafts.logs, query: target.value } })}
                  />
                </label>
                <label className={`${LABEL} w-[200px]`}>
                  Show
                  <select
                    className={FIELD}
                    value={drafts.logs.show}
                    onChange={({ target }) =>
                      setDrafts({
                        ...drafts,
                        logs: { ...drafts.logs, show: target.value === 'list' ? 'list' : 'count' },
                      })
                    }
                  >
                    <option value="count">Count over time</option>
                    <option value="list">Newest logs</option>
                  </select>
                </label>
              </>
            )}
            <div className="flex flex-wrap gap-3">
              <label className={`${LABEL} min-w-[220px] grow`}>
                Title
                <input
                  className={FIELD}
                  value={title}
                  placeholder="Default: the query"
                  maxLength={200}
                  onChange={({ target }) => setTitle(target.value)}
                />
              </label>
              <label className={`${LABEL} w-[160px]`}>
                Width
                <select
                  className={FIELD}
                  value={width}
                  onChange={({ target }) => setWidth(PANEL_WIDTHS.find((one) => one === target.value) ?? 'half')}
                >
                  {PANEL_WIDTHS.map((one) => (
                    <option key={one} value={one}>
                      {WIDTH_TEXT[one]}
                    </option>
                  ))}
                </select>
              </label>
            </div>
            {isTried && problem !== null && (
              <p role="alert" className="text-error">
                {problem}
              </p>
            )}
            {failure !== null && (
              <p role="alert" className="text-error">
                The panel was not saved. {failure}
              </p>
            )}
            <div className="flex justify-end gap-2">
              <Dialog.Close asChild>
                <Button>Cancel</Button>
              </Dialog.Close>
              <Button type="submit" look="primary">
                {panel === null ? 'Add the panel' : 'Save the panel'}
              </Button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
