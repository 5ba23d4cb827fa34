import type { StatusReport } from '../../../core/api/contract';
import type { SettingsReport, SettingValues } from '../../../core/api/settings';
import { formatBytes, formatCount } from '../../../core/model/format';
import { useStatus } from '../../hooks/use-status';
import { timeText } from '../../ui/clock-time';
import { Fact, Section } from './Section';
import { LimitField, SettingRow } from './SettingRow';
import { useDraft } from './use-settings';

const GIB = 1024 ** 3;
/** ADR 037 */
const WHEN = 'A lowered limit takes effect when the open partition is full, and deletes whole partitions.';
const OLDEST =
  'Saving deletes the oldest when the open partition is full: whole partitions, and so perhaps more than asked.';

export function RetentionSection({ report }: { readonly report: SettingsReport }) {
  const draft = useDraft(report);
  const status = useStatus();
  return (
    <Section
      title="Retention"
      about="The oldest data is pruned when the first limit is reached. Traces with a bookmark, a note or a score stay beyond all limits. An empty field means no limit."
      draft={draft}
      warning={warningOf(draft.values, report.values, status)}
    >
      <SettingRow
        draft={draft}
        name="retention.days"
        title="Age"
        hint="Since arrival. What is pruned for its age can be restored for a day, if the disk has room."
      >
        {(field) => <LimitField draft={draft} name="retention.days" unit="days" field={field} />}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="retention.gigabytes"
        title="Size on disk"
        hint={`Of the data folder, with indexes. 1 GiB is 1024³ bytes. What exceeds it cannot be restored. ${WHEN}`}
      >
        {(field) => <LimitField draft={draft} name="retention.gigabytes" unit="GiB" field={field} />}
      </SettingRow>
      <SettingRow
        draft={draft}
        name="retention.spans"
        title="Spans"
        hint={`What exceeds it cannot be restored. ${WHEN}`}
      >
        {(field) => <LimitField draft={draft} name="retention.spans" unit="spans" field={field} />}
      </SettingRow>
      <Stored status={status} />
    </Section>
  );
}

/** Null: nothing that is stored exceeds the limits that were changed, as far as can be told here. */
function warningOf(values: SettingValues, before: SettingValues, status: StatusReport | null): string | null {
  const isLower = (key: 'retention.days' | 'retention.gigabytes' | 'retention.spans'): boolean =>
    (values[key] ?? Number.POSITIVE_INFINITY) < (before[key] ?? Number.POSITIVE_INFINITY);
  const { spans = null } = status?.counts ?? {};
  const bytes = status?.bytesOnDisk ?? null;
  if (isLower('retention.spans') && spans !== null && spans > (values['retention.spans'] ?? 0)) {
    return `${formatCount(spans)} spans are stored. ${OLDEST}`;
  }
  if (isLower('retention.gigabytes') && bytes !== null && bytes > (values['retention.gigabytes'] ?? 0) * GIB) {
    return `${formatBytes(bytes)} are on disk. ${OLDEST}`;
  }
  return isLower('retention.days')
    ? `Saving prunes what arrived more than ${values['retention.days']} days ago.`
    : null;
}

function Stored({ status }: { readonly status: StatusReport | null }) {
  const { traces = null, spans = null, logs = null, metricPoints = null } = status?.counts ?? {};
  const count = (value: number | null): string => (value === null ? '—' : formatCount(value));
  const unmet = status?.keeping.unmet ?? null;
  const last = status?.lastPruning ?? null;
  return (
    <div className="order-last pt-3">
      <h3 className="pb-1 font-semibold">Stored now</h3>
      <dl aria-label="Stored now">
        <Fact name="Traces">{count(traces)}</Fact>
        <Fact name="Spans">{count(spans)}</Fact>
        <Fact name="Log records">{count(logs)}</Fact>
        <Fact name="Metric points">{count(metricPoints)}</Fact>
        <Fact name="On disk">
          {status?.bytesOnDisk == null ? '—' : formatBytes(status.bytesOnDisk)}
          {status?.disk.freeBytes != null && (
            <span className="text-secondary">, {formatBytes(status.disk.freeBytes)} free</span>
          )}
        </Fact>
        <Fact name="Last pruned">
          {status === null
            ? '—'
            : last === null
              ? 'never'
              : last.finishedAt === null
                ? 'under way'
                : timeText(last.finishedAt)}
        </Fact>
      </dl>
      {unmet !== null && <p className="py-2 text-warning">{unmet.message}</p>}
    </div>
  );
}
