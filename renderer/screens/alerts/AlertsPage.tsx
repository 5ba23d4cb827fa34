/** Rules that watch a number, and when they were beyond their threshold. */
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import type { AlertRule, AlertRuleEdit } from '../../../core/api/alert';
import { formatAgo } from '../../../core/model/format';
import { api } from '../../connection/connection';
import { describeRule, isMuted, SEVERITY_TEXT, valueText } from '../../features/alerts/alert-text';
import { noticeState } from '../../features/alerts/use-alert-notices';
import { useAlertRules } from '../../features/alerts/use-alert-rules';
import { May, useMay } from '../../features/team/May';
import { useNow } from '../../hooks/use-now';
import { Button } from '../../ui/Button';
import { Notice } from '../../ui/Notice';
import { PageHeader } from '../../ui/PageHeader';
import { AlertForm } from './AlertForm';
import { AlertHistory } from './AlertHistory';
import { Mute } from './Mute';

/** Which rule is open in the form; `new`: one that is not there yet. */
type Open = AlertRule | 'new' | null;

export function AlertsPage() {
  const [open, setOpen] = useState<Open>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { data, error, refetch } = useAlertRules();
  // What happened changes when one begins or ends.
  const firing = data?.map(({ id, firingSince }) => `${id} ${firingSince}`).join();
  const alerts = useQuery({
    queryKey: ['alerts', firing],
    queryFn: () => api.listAlerts({ limit: 50 }),
    enabled: firing !== undefined,
  });
  const change = (changing: Promise<unknown>): void => {
    changing.then(
      () => {
        setFailure(null);
        setOpen(null);
        void refetch();
      },
      (problem: Error) => setFailure(problem.message),
    );
  };
  const save = (edit: AlertRuleEdit): void =>
    change(
      open === 'new' || open === null ? api.createAlertRule(edit) : api.updateAlertRule(open.id, open.version, edit),
    );
  return (
    <div className="flex h-full flex-col">
      <PageHeader>
        <h1 className="font-semibold">Alerts</h1>
        <span className="min-w-0 truncate text-secondary max-md:hidden">
          Rules check a value twice a minute and alert you when it crosses its threshold.
        </span>
        <span className="grow" />
        <AskForNotices />
        <May permission="rules:write">
          <Button onClick={() => setOpen('new')}>
            <Plus size={13} aria-hidden /> Add an alert
          </Button>
        </May>
      </PageHeader>
      {(error || (failure && open === null)) && (
        <Notice
          title={error ? 'The alerts could not be read.' : 'The alert was not changed.'}
          action={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {error?.message ?? failure}
        </Notice>
      )}
      <Dialog.Root open={open !== null} onOpenChange={(isOpen) => !isOpen && setOpen(null)}>
        <Dialog.Portal>
          <Dialog.Overlay className="fixed inset-0 bg-black/30" />
          <Dialog.Content
            aria-describedby={undefined}
            className="fixed top-1/2 left-1/2 w-[560px] max-w-[92vw] -translate-1/2 rounded-lg border border-line-strong bg-panel p-5 shadow-xl"
          >
            <Dialog.Title className="mb-3 text-lg font-semibold">
              {open === 'new' ? 'Add an alert' : 'Change the alert'}
            </Dialog.Title>
            <AlertForm rule={open === 'new' ? null : open} failure={failure} onSave={save} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      <div className="min-h-0 grow overflow-y-auto bg-panel">
        {data?.length === 0 && (
          <p className="px-3.5 py-6 text-secondary">
            No alerts yet. Add one for errors, slow requests, cost, or missing data.
          </p>
        )}
        <ul aria-label="Alert rules">
          {data?.map((rule) => (
            <Rule
              key={rule.id}
              rule={rule}
              onOpen={() => setOpen(rule)}
              onToggle={() =>
                change(api.updateAlertRule(rule.id, rule.version, { ...editOf(rule), enabled: !rule.enabled }))
              }
              onMute={(mutedUntil) =>
                change(api.updateAlertRule(rule.id, rule.version, { ...editOf(rule), mutedUntil }))
              }
              onDelete={() => change(api.deleteAlertRule(rule.id))}
            />
          ))}
        </ul>
        <AlertHistory alerts={alerts.data?.data ?? []} rules={data ?? []} />
      </div>
    </div>
  );
}

interface RuleProps {
  readonly rule: AlertRule;
  readonly onOpen: () => void;
  readonly onToggle: () => void;
  /** @param mutedUntil RFC 3339; null: it is no longer muted */
  readonly onMute: (mutedUntil: string | null) => void;
  readonly onDelete: () => void;
}

function Rule({ rule, onOpen, onToggle, onMute, onDelete }: RuleProps) {
  const { name, enabled, unit, error, severity } = rule;
  const mayChange = useMay('rules:write');
  return (
    <li className="grid min-h-[40px] grid-cols-[15px_minmax(0,200px)_minmax(0,1fr)_minmax(0,240px)_190px] items-center gap-x-3 border-b border-line px-3.5 py-1.5 hover:bg-raised">
      <input
        type="checkbox"
        aria-label={`Watch ${name}`}
        className="size-[15px] accent-(--accent)"
        disabled={!mayChange}
        checked={enabled}
        onChange={onToggle}
      />
      <span className="flex min-w-0 items-center gap-2">
        <span className="truncate font-semibold" dir="auto">
          {name}
        </span>
        {severity !== 'warning' && (
          <span className={`shrink-0 text-sm ${severity === 'critical' ? 'text-error' : 'text-secondary'}`}>
            {SEVERITY_TEXT[severity]}
          </span>
        )}
      </span>
      <span className={`truncate ${enabled ? 'text-secondary' : 'text-faint'}`} title={describeRule(rule, unit)}>
        {describeRule(rule, unit)}
      </span>
      <State rule={rule} error={error} />
      <span className={`flex justify-end ${mayChange ? '' : 'hidden'}`}>
        <Mute rule={rule} onMute={onMute} />
        <Button look="ghost" aria-label={`Change the alert ${name}`} onClick={onOpen}>
          Change
        </Button>
        <Button look="ghost" aria-label={`Delete the alert ${name}`} onClick={onDelete}>
          Delete
        </Button>
      </span>
    </li>
  );
}

function State({
  rule: { enabled, firingSince, pendingSince, mutedUntil, checkedAt, value, unit },
  error,
}: {
  rule: AlertRule;
  error: string | null;
}) {
  const now = useNow(10_000);
  if (!enabled) return <span className="text-faint">off</span>;
  if (error !== null) {
    return (
      <span className="truncate text-error" title={error}>
        {error}
      </span>
    );
  }
  if (checkedAt === null || unit === null) return <span className="text-secondary">looking…</span>;
  if (firingSince === null && pendingSince !== null) {
    return (
      <span className="truncate text-warning">
        {valueText(value, unit)}, waiting since {formatAgo(Date.parse(pendingSince), now)}
      </span>
    );
  }
  if (firingSince === null) return <span className="truncate text-secondary">{valueText(value, unit)}</span>;
  return (
    <span className={`truncate font-medium ${isMuted({ mutedUntil }, now) ? 'text-secondary' : 'text-error'}`}>
      {valueText(value, unit)}, began {formatAgo(Date.parse(firingSince), now)}
      {isMuted({ mutedUntil }, now) && ', muted'}
    </span>
  );
}

function editOf(rule: AlertRule): AlertRuleEdit {
  const { name, enabled, measure, query, comparison, threshold, windowSeconds } = rule;
  const { forSeconds, resolveThreshold, severity, mutedUntil } = rule;
  return {
    ...{ name, enabled, measure, query, comparison, threshold, windowSeconds },
    ...{ forSeconds, resolveThreshold, severity, mutedUntil },
  };
}

/** Browsers ask before a page may; the desktop need not. */
function AskForNotices() {
  const [state, setState] = useState(noticeState());
  if (state !== 'default') return null;
  return (
    <Button onClick={() => void Notification.requestPermission().then(setState)} className="max-sm:hidden">
      Enable notifications
    </Button>
  );
}
