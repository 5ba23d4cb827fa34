import type { OtlpReceiver } from '../../../core/api/contract';
import type { SettingsReport } from '../../../core/api/settings';
import { useStatus } from '../../hooks/use-status';
import { FIELD } from '../../ui/field';
import { LinesField } from './LinesField';
import { Section } from './Section';
import { SettingRow } from './SettingRow';
import { type Draft, useDraft } from './use-settings';

export function ReceiversSection({ report }: { readonly report: SettingsReport }) {
  const draft = useDraft(report);
  const status = useStatus();
  return (
    <Section
      title="Receivers and ports"
      about="Where Spoor listens. 127.0.0.1 accepts programs on this machine; 0.0.0.0 accepts other machines, too, and anyone who reaches the port can send."
      draft={draft}
    >
      <SettingRow
        draft={draft}
        name="listen.otlpHttp"
        title="OTLP over HTTP"
        hint={<Listening receiver={status?.otlpHttp} />}
      >
        {(field) => <AddressField draft={draft} name="listen.otlpHttp" field={field} />}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="listen.otlpGrpc"
        title="OTLP over gRPC"
        hint={<Listening receiver={status?.otlpGrpc} />}
      >
        {(field) => <AddressField draft={draft} name="listen.otlpGrpc" field={field} />}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="listen.ui"
        title="Pages and HTTP API"
        hint="Requests need the token of the data folder. A change takes effect at the next start."
      >
        {(field) => <AddressField draft={draft} name="listen.ui" field={field} />}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="corsOrigins"
        title="Web pages that can export"
        hint="One origin per line, such as https://app.example.com or https://*.example.com. Pages on this machine can always export."
      >
        {(field) => <LinesField draft={draft} name="corsOrigins" field={field} placeholder="https://app.example.com" />}
      </SettingRow>
    </Section>
  );
}

function Listening({ receiver }: { readonly receiver: OtlpReceiver | undefined }) {
  const later = 'A change takes effect at the next start.';
  if (!receiver || receiver.state === 'starting') return later;
  if (receiver.state === 'failed') return <span className="text-error">Not listening: {receiver.message}</span>;
  return `Listening on ${receiver.host}:${receiver.port}. ${later}`;
}

function AddressField({
  draft,
  name,
  field,
}: {
  readonly draft: Draft;
  readonly name: 'listen.otlpHttp' | 'listen.otlpGrpc' | 'listen.ui';
  readonly field: { readonly id: string; readonly hintId: string; readonly isLocked: boolean };
}) {
  return (
    <input
      id={field.id}
      aria-describedby={field.hintId}
      className={`${FIELD} w-56 max-w-full font-mono disabled:opacity-60`}
      disabled={field.isLocked}
      spellCheck={false}
      value={draft.values[name]}
      onChange={(event) => draft.set(name, event.target.value)}
    />
  );
}
