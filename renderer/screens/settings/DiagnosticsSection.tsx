import type { StatusReport } from '../../../core/api/contract';
import type { SettingsReport } from '../../../core/api/settings';
import { formatBytes, formatCount, formatDuration } from '../../../core/model/format';
import { useStatus } from '../../hooks/use-status';
import { CopyButton } from '../../ui/CopyButton';
import { Fact, Section } from './Section';

export function DiagnosticsSection({ report }: { readonly report: SettingsReport }) {
  const status = useStatus();
  const facts = status ? factsOf(status, report) : [];
  return (
    <Section
      title="Diagnostics"
      about="For a bug report. The copy contains no tokens, headers, telemetry text or paths."
    >
      <dl aria-label="Diagnostics">
        {facts.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
        {status && <Fact name="Data folder">{status.dataDir}</Fact>}
        <Fact name="Settings file">{report.file}</Fact>
      </dl>
      <div className="py-3">
        <CopyButton
          text={facts.map(([name, value]) => `${name}: ${value}`).join('\n')}
          label="Copy as text"
          showLabel
        />
      </div>
    </Section>
  );
}

/** Numbers, states and names of settings. */
function factsOf(status: StatusReport, report: SettingsReport): (readonly [string, string])[] {
  const { counts, redacted, refused, forwarding, keeping, unresponsive } = status;
  const count = (value: number | null): string => (value === null ? '—' : formatCount(value));
  const set = report.settings.filter(({ source }) => source !== 'default');
  return [
    ['Version', status.version],
    ['Running for', formatDuration(status.uptimeSeconds * 1e9)],
    ['Browser', navigator.userAgent],
    ['Database', status.store.state],
    ['OTLP over HTTP', stateText(status.otlpHttp)],
    ['OTLP over gRPC', stateText(status.otlpGrpc)],
    ['Traces', count(counts.traces)],
    ['Spans', count(counts.spans)],
    ['Log records', count(counts.logs)],
    ['Metric points', count(counts.metricPoints)],
    ['On disk', status.bytesOnDisk === null ? '—' : formatBytes(status.bytesOnDisk)],
    ['Free disk space', status.disk.freeBytes === null ? '—' : formatBytes(status.disk.freeBytes)],
    ['Size limit', keeping.unmet === null ? 'met, or not set' : 'exceeded'],
    ['Clock', keeping.clock.state],
    ['Values redacted', formatCount(redacted.total)],
    ['Requests refused', formatCount(refused.requests)],
    [
      'Forwarding',
      forwarding === null ? 'off' : `${formatCount(forwarding.sent)} sent, ${formatCount(forwarding.failed)} failed`,
    ],
    ['Unresponsive', unresponsive.length === 0 ? 'nothing' : unresponsive.map(({ part }) => part).join(', ')],
    ['Settings that are set', set.length === 0 ? 'none' : set.map(({ key }) => key).join(', ')],
  ];
}

function stateText(receiver: StatusReport['otlpHttp']): string {
  return receiver.state === 'listening' ? `listening on port ${receiver.port}` : receiver.state;
}
