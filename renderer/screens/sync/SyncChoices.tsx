import type { ReactNode } from 'react';
import { useState } from 'react';
import type { SyncChoice, SyncLink, SyncRule } from '../../../core/api/sync-state';
import { api } from '../../connection/connection';
import { useSyncAction } from '../../hooks/use-sync';
import { Button } from '../../ui/Button';
import { FIELD, LABEL } from '../../ui/field';
import { RuleDialog } from './RuleDialog';

const LIMITS: readonly (readonly [bytes: number | null, text: string])[] = [
  [null, 'no limit'],
  [5_000_000, '5 MB/s'],
  [1_000_000, '1 MB/s'],
  [200_000, '200 kB/s'],
];

/** What is shared, where it goes, what comes here. Each change counts at once. */
export function SyncChoices({ link }: { readonly link: SyncLink }) {
  const { run, failure } = useSyncAction();
  const choose = (change: Partial<SyncChoice>): void => run(() => api.chooseSync({ ...choiceOf(link), ...change }));
  const has = (kind: SyncRule['kind']): boolean => link.rules.some((rule) => rule.kind === kind);
  /** Shown before it shares anything. */
  const [asked, setAsked] = useState<SyncRule | null>(null);
  const others = (than: SyncRule): readonly SyncRule[] =>
    link.rules.filter((rule) => JSON.stringify(rule) !== JSON.stringify(than));
  const without = (gone: SyncRule): void => choose({ rules: others(gone) });
  const toggle = (kind: 'everything' | 'errors') => (on: boolean) => (on ? setAsked({ kind }) : without({ kind }));
  const mayShare = link.permissions.includes('traces:share');
  return (
    <section aria-label="What is shared" className="flex flex-col gap-3">
      {!mayShare && (
        <p className="text-secondary">
          You are a {link.role ?? 'key that reads'} in {link.workspace.name}: you receive what the team shares and send
          nothing. An admin can make you a member.
        </p>
      )}
      {failure && (
        <p role="alert" className="text-error">
          {failure}
        </p>
      )}
      {asked && (
        <RuleDialog
          link={link}
          rule={asked}
          onClose={() => setAsked(null)}
          onShare={() => {
            choose({ rules: [...others(asked), asked] });
            setAsked(null);
          }}
        />
      )}
      <fieldset disabled={!mayShare} className="flex flex-col gap-2 disabled:opacity-60">
        <legend className="pb-1 font-semibold">Shared automatically</legend>
        <Check checked={has('everything')} onChange={toggle('everything')}>
          Everything
        </Check>
        <Check checked={has('errors')} onChange={toggle('errors')}>
          Traces with errors
        </Check>
        {link.rules.map((rule) =>
          rule.kind === 'service' || rule.kind === 'session' ? (
            <span key={JSON.stringify(rule)} className="flex items-center gap-2">
              {rule.kind === 'service' ? `Service ${rule.service}` : `Session ${rule.sessionId}`}
              <Button look="ghost" onClick={() => without(rule)}>
                Stop
              </Button>
            </span>
          ) : null,
        )}
        <AddService onAdd={(service) => setAsked({ kind: 'service', service })} />
        <Check checked={link.sharesViews} onChange={(sharesViews) => choose({ sharesViews })}>
          Saved views and dashboards
        </Check>
        <Check checked={link.sharesAlertRules} onChange={(sharesAlertRules) => choose({ sharesAlertRules })}>
          Alert rules
        </Check>
        <p className="text-sm text-secondary">
          Nothing else leaves this machine, except traces and sessions that you share from their pages. Notes, scores
          and comments go with their trace.
        </p>
      </fieldset>
      <div className="flex flex-wrap items-end gap-3">
        <label className={LABEL}>
          Traces go to the project
          <select
            className={FIELD}
            disabled={!mayShare}
            value={link.projectId ?? ''}
            onChange={({ target }) => choose({ projectId: target.value || null })}
          >
            <option value="">none yet</option>
            {link.projects.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className={LABEL}>
          At most
          <select
            className={FIELD}
            value={link.maxBytesPerSecond ?? ''}
            onChange={({ target }) => choose({ maxBytesPerSecond: target.value ? Number(target.value) : null })}
          >
            {LIMITS.map(([bytes, text]) => (
              <option key={text} value={bytes ?? ''}>
                {text}
              </option>
            ))}
          </select>
        </label>
      </div>
      <fieldset className="flex flex-col gap-2">
        <legend className="pb-1 font-semibold">Come here</legend>
        <Check checked={link.follow === null} onChange={(all) => choose({ follow: all ? null : [] })}>
          What is shared in all projects
        </Check>
        {link.follow !== null &&
          link.projects.map(({ id, name }) => (
            <Check
              key={id}
              checked={link.follow?.includes(id) ?? false}
              onChange={(on) =>
                choose({ follow: [...(link.follow ?? []).filter((one) => one !== id), ...(on ? [id] : [])] })
              }
            >
              {name}
            </Check>
          ))}
      </fieldset>
      <fieldset className="flex flex-col gap-2">
        <legend className="pb-1 font-semibold">Redacted before anything leaves</legend>
        <p className="text-sm text-secondary">Passwords, keys, tokens and card numbers, always.</p>
        <Check checked={link.redactsEmails} onChange={(redactsEmails) => choose({ redactsEmails })}>
          E-mail addresses
        </Check>
        <RedactedKeys keys={link.redactedKeys} onChange={(redactedKeys) => choose({ redactedKeys })} />
      </fieldset>
    </section>
  );
}

function choiceOf(link: SyncLink): SyncChoice {
  const { projectId, follow, rules, sharesViews, sharesAlertRules } = link;
  const { maxBytesPerSecond, redactsEmails, redactedKeys } = link;
  return {
    projectId,
    follow,
    rules,
    sharesViews,
    sharesAlertRules,
    maxBytesPerSecond,
    redactsEmails,
    redactedKeys,
  };
}

interface CheckProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ReactNode;
}

function Check({ checked, onChange, children }: CheckProps) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        className="accent-(--accent)"
        checked={checked}
        onChange={({ target }) => onChange(target.checked)}
      />
      {children}
    </label>
  );
}

function AddService({ onAdd }: { readonly onAdd: (service: string) => void }) {
  const [service, setService] = useState('');
  return (
    <form
      className="flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (service.trim()) onAdd(service.trim());
        setService('');
      }}
    >
      <input
        aria-label="Service"
        placeholder="Traces of a service: checkout"
        className={`${FIELD} w-[240px]`}
        value={service}
        onChange={({ target }) => setService(target.value)}
      />
      <Button type="submit" disabled={!service.trim()}>
        Add
      </Button>
    </form>
  );
}

function RedactedKeys({
  keys,
  onChange,
}: {
  readonly keys: readonly string[];
  readonly onChange: (keys: readonly string[]) => void;
}) {
  const [text, setText] = useState(keys.join(', '));
  return (
    <label className={LABEL}>
      Attributes whose values stay here; * matches any characters
      <input
        spellCheck={false}
        placeholder="gen_ai.prompt*, user.*"
        className={`${FIELD} max-w-[460px] font-mono`}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onBlur={() => {
          const typed = text.split(',').flatMap((key) => key.trim() || []);
          if (typed.join() !== keys.join()) onChange(typed);
        }}
      />
    </label>
  );
}
