import { Plus } from 'lucide-react';
import type { ForwardSetting, SettingsReport } from '../../../core/api/settings';
import { formatCount } from '../../../core/model/format';
import { isHeaderName, isHeaderValue } from '../../../core/settings/forward-headers';
import { useStatus } from '../../hooks/use-status';
import { Button } from '../../ui/Button';
import { FIELD } from '../../ui/field';
import { Fact, Section } from './Section';
import { SettingRow } from './SettingRow';
import { type HeaderRow, useDraft } from './use-settings';

export function ForwardingSection({ report }: { readonly report: SettingsReport }) {
  const draft = useDraft(report);
  const { forward } = draft.values;
  const forwarding = useStatus()?.forwarding ?? null;
  const url = draft.written.forward?.url ?? forward?.url ?? '';
  const headers = draft.written.forward?.headers ?? rowsOf(forward);
  const isTwice = hasNameTwice(headers);
  const write = (url: string, headers: readonly HeaderRow[]): void => {
    const isNothing = url === '' && headers.length === 0;
    const setting = { url, headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])) };
    const isWrong = hasNameTwice(headers) || headers.some((header) => header.name === '' || problemOf(header) !== null);
    draft.write('forward', { url, headers }, isWrong ? undefined : isNothing ? null : setting);
  };
  return (
    <Section
      title="Forwarding"
      about="Sends everything that is received to another OTLP/HTTP endpoint as it arrived, before redaction, so that your collector can stay in place. Senders never wait for it."
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
        hint="The base URL: /v1/traces and so on are appended. Empty: nothing is forwarded. Passwords and queries appear as ••• and stay as they are."
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
              value={url}
              onChange={(event) => write(event.target.value.trim(), headers)}
            />
            {headers.map((header, i) => (
              <Header
                // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being written
                key={i}
                header={header}
                isLocked={isLocked}
                onChange={(changed) =>
                  write(
                    url,
                    headers.map((one, at) => (at === i ? changed : one)),
                  )
                }
                onRemove={() =>
                  write(
                    url,
                    headers.filter((_, at) => at !== i),
                  )
                }
              />
            ))}
            {isTwice && <span className="text-error">Two headers have the same name.</span>}
            {!isLocked && (url !== '' || headers.length > 0) && (
              <Button
                className="self-start"
                disabled={headers.some(({ name }) => name === '')}
                onClick={() => write(url, [...headers, { name: '', value: '' }])}
              >
                <Plus size={13} aria-hidden /> Add a header
              </Button>
            )}
          </>
        )}
      </SettingRow>
      {forwarding && (
        <div className="order-last pt-3">
          <h3 className="pb-1 font-semibold">Since the start</h3>
          <dl aria-label="Forwarded since Spoor started">
            <Fact name="Requests sent">{formatCount(forwarding.sent)}</Fact>
            <Fact name="Waiting">{formatCount(forwarding.queued)}</Fact>
            <Fact name="Failed">{formatCount(forwarding.failed)}</Fact>
            <Fact name="Dropped">{formatCount(forwarding.dropped)}</Fact>
            {forwarding.lastError !== null && <Fact name="Last error">{forwarding.lastError}</Fact>}
          </dl>
        </div>
      )}
    </Section>
  );
}

function rowsOf(forward: ForwardSetting | null): readonly HeaderRow[] {
  return Object.entries(forward?.headers ?? {}).map(([name, value]) => ({ name, value }));
}

/** As requests read names: case does not matter. */
function hasNameTwice(headers: readonly HeaderRow[]): boolean {
  return new Set(headers.map(({ name }) => name.toLowerCase())).size < headers.length;
}

/** Null: it can be sent. */
function problemOf({ name, value }: HeaderRow): string | null {
  if (name !== '' && !isHeaderName(name)) return 'The name has letters, digits, - and _ only.';
  if (value !== null && !isHeaderValue(value))
    return 'HTTP headers carry no line breaks and only characters of Latin-1.';
  return null;
}

interface HeaderProps {
  readonly header: HeaderRow;
  readonly isLocked: boolean;
  readonly onChange: (header: HeaderRow) => void;
  readonly onRemove: () => void;
}

function Header({ header, isLocked, onChange, onRemove }: HeaderProps) {
  const { name, value } = header;
  const problem = problemOf(header);
  return (
    <span className="flex flex-wrap items-center gap-2">
      <input
        aria-label="Header name"
        className={`${FIELD} w-40 font-mono disabled:opacity-60`}
        disabled={isLocked || value === null}
        spellCheck={false}
        placeholder="x-api-key"
        value={name}
        onChange={(event) => onChange({ name: event.target.value.trim(), value })}
      />
      <input
        aria-label={`Value of ${name || 'the header'}`}
        aria-invalid={problem !== null}
        className={`${FIELD} min-w-0 grow font-mono disabled:opacity-60`}
        disabled={isLocked}
        spellCheck={false}
        type="password"
        autoComplete="off"
        placeholder={value === null ? 'set, not shown' : 'value'}
        value={value ?? ''}
        onChange={(event) => onChange({ name, value: event.target.value })}
      />
      {!isLocked && (
        <Button look="ghost" aria-label={`Remove the header ${name}`} onClick={onRemove}>
          Remove
        </Button>
      )}
      {problem !== null && <span className="w-full text-error">{problem}</span>}
    </span>
  );
}
