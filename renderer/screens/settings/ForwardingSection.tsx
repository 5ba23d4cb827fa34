import { Plus } from 'lucide-react';
import type { ForwardSetting, SettingsReport } from '../../../core/api/settings';
import { formatCount } from '../../../core/model/format';
import { useStatus } from '../../hooks/use-status';
import { Button } from '../../ui/Button';
import { FIELD } from '../../ui/field';
import { Fact, Section } from './Section';
import { SettingRow } from './SettingRow';
import { useDraft } from './use-settings';

export function ForwardingSection({ report }: { readonly report: SettingsReport }) {
  const draft = useDraft(report);
  const { forward } = draft.values;
  const forwarding = useStatus()?.forwarding ?? null;
  const set = (change: Partial<ForwardSetting>): void => {
    const next = { url: '', headers: {}, ...forward, ...change };
    const isNothing = next.url.trim() === '' && Object.keys(next.headers).length === 0;
    draft.set('forward', isNothing ? null : next);
  };
  return (
    <Section
      title="Forwarding"
      about="Sends everything that is received to another OTLP/HTTP endpoint as it arrived, before redaction, so that a collector can stay in place. Programs that send never wait for it."
      draft={draft}
      warning={
        forward !== null && JSON.stringify(forward) !== JSON.stringify(report.values.forward)
          ? 'What is forwarded leaves Spoor unredacted.'
          : null
      }
    >
      <SettingRow
        draft={draft}
        name="forward"
        title="Endpoint"
        hint="The base URL: /v1/traces and so on are appended. Empty: nothing is forwarded. Passwords and queries read •••, and stay as they are."
      >
        {({ id, hintId, isLocked }) => (
          <>
            <input
              id={id}
              aria-describedby={hintId}
              className={`${FIELD} w-full font-mono disabled:opacity-60`}
              disabled={isLocked}
              spellCheck={false}
              placeholder="http://collector:4318"
              value={forward?.url ?? ''}
              onChange={(event) => set({ url: event.target.value.trim() })}
            />
            {Object.entries(forward?.headers ?? {}).map(([name, value], i) => (
              <Header
                // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being written
                key={i}
                name={name}
                value={value}
                isLocked={isLocked}
                onChange={(newName, newValue) => {
                  const entries = Object.entries(forward?.headers ?? {});
                  entries[i] = [newName, newValue];
                  set({ headers: Object.fromEntries(entries) });
                }}
                onRemove={() =>
                  set({
                    headers: Object.fromEntries(Object.entries(forward?.headers ?? {}).filter((_, at) => at !== i)),
                  })
                }
              />
            ))}
            {!isLocked && forward !== null && (
              <Button
                className="self-start"
                disabled={'' in forward.headers}
                onClick={() => set({ headers: { ...forward.headers, '': '' } })}
              >
                <Plus size={13} aria-hidden /> Add a header
              </Button>
            )}
          </>
        )}
      </SettingRow>
      {forwarding && (
        <dl aria-label="Forwarded since the start" className="order-last pt-3">
          <h3 className="pb-1 font-semibold">Since the start</h3>
          <Fact name="Requests sent">{formatCount(forwarding.sent)}</Fact>
          <Fact name="Waiting">{formatCount(forwarding.queued)}</Fact>
          <Fact name="Failed">{formatCount(forwarding.failed)}</Fact>
          <Fact name="Dropped">{formatCount(forwarding.dropped)}</Fact>
          {forwarding.lastError !== null && <Fact name="Last error">{forwarding.lastError}</Fact>}
        </dl>
      )}
    </Section>
  );
}

interface HeaderProps {
  readonly name: string;
  /** Null: it is set, and not shown. */
  readonly value: string | null;
  readonly isLocked: boolean;
  readonly onChange: (name: string, value: string | null) => void;
  readonly onRemove: () => void;
}

function Header({ name, value, isLocked, onChange, onRemove }: HeaderProps) {
  return (
    <span className="flex items-center gap-2">
      <input
        aria-label="Header name"
        className={`${FIELD} w-40 font-mono disabled:opacity-60`}
        disabled={isLocked || value === null}
        spellCheck={false}
        placeholder="x-api-key"
        value={name}
        onChange={(event) => onChange(event.target.value.trim(), value)}
      />
      <input
        aria-label={`Value of ${name || 'the header'}`}
        className={`${FIELD} min-w-0 grow font-mono disabled:opacity-60`}
        disabled={isLocked}
        spellCheck={false}
        type="password"
        autoComplete="off"
        placeholder={value === null ? 'set, not shown' : 'value'}
        value={value ?? ''}
        onChange={(event) => onChange(name, event.target.value)}
      />
      {!isLocked && (
        <Button look="ghost" aria-label={`Remove the header ${name}`} onClick={onRemove}>
          Remove
        </Button>
      )}
    </span>
  );
}
