import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { OtlpProtocol } from '../../core/api/contract';
import type { ClockReport, QuarantineReport } from '../../core/api/retention';
import { formatBytes } from '../../core/model/format';
import { api } from '../connection/connection';
import { isTeamPage } from '../connection/team-session';
import { useRestoreQuarantine } from '../hooks/use-restore-quarantine';
import { useStatus } from '../hooks/use-status';
import { Button } from '../ui/Button';
import { dayText } from '../ui/clock-time';
import { Notice } from '../ui/Notice';
import { holdsMost, quarantineHeld, quarantineUntil } from './retention-text';

const PART_NAMES: Readonly<Record<string, string>> = {
  host: 'The main process',
  store: 'The database',
  ingest: 'The OTLP receiver',
  storing: 'Writing telemetry to disk',
  timeline: 'The timeline',
  sync: 'Team sync',
  gateway: 'The API',
};

/** What keeps Spoor from doing its work, above every screen, with the way out. */
export function Problems() {
  const status = useStatus();
  const queries = useQueryClient();
  const move = useMutation({
    mutationFn: (protocol: OtlpProtocol) => api.listenOnFreePort(protocol),
    onSettled: () => queries.invalidateQueries({ queryKey: ['status'] }),
  });
  const settle = useMutation({
    mutationFn: () => api.trustClock(),
    onSettled: () => queries.invalidateQueries({ queryKey: ['status'] }),
  });
  if (!status) return null;
  const [stalled] = status.unresponsive;
  if (stalled) {
    return (
      <Notice title={`${PART_NAMES[stalled.part] ?? `The ${stalled.part}`} is not responding.`}>
        There has been no response for {stalled.seconds} seconds. It may be busy with a very large task and recover on
        its own. Everything that was acknowledged is on disk.{' '}
        {isTeamPage()
          ? 'If it does not recover, contact the operator of the server.'
          : 'If it does not recover, quit Spoor and start it again.'}
      </Notice>
    );
  }
  if (status.store.state === 'failed') {
    return <Notice title="The database could not be opened.">{status.store.message}</Notice>;
  }
  if (status.store.state === 'damaged') {
    return <Notice title="The database is damaged. Nothing can be stored or read.">{status.store.message}</Notice>;
  }
  if (status.disk.full) {
    return (
      <Notice title="The disk is full. Nothing new can be stored.">
        {formatBytes(status.disk.freeBytes ?? 0)} are free at {status.dataDir}. Free some space and Spoor resumes by
        itself. You can still read what is stored.
      </Notice>
    );
  }
  const { clock, unmet, quarantine } = status.keeping;
  const keeping = (
    <>
      {clock.state !== 'trusted' && (
        <ClockNotice clock={clock} settle={isTeamPage() ? null : () => settle.mutate()} isSettling={settle.isPending} />
      )}
      {quarantine && holdsMost(quarantine, status.counts) && !isTeamPage() && (
        <QuarantineNotice quarantine={quarantine} />
      )}
      {unmet && <Notice title="The storage limit cannot be met.">{unmet.message}</Notice>}
    </>
  );
  const receivers = [
    { protocol: 'http', name: 'HTTP', receiver: status.otlpHttp },
    { protocol: 'grpc', name: 'gRPC', receiver: status.otlpGrpc },
  ] as const;
  const silent = receivers.map(({ protocol, name, receiver }) => {
    if (receiver.state !== 'failed') return null;
    const { message, holder, freePort } = receiver;
    return (
      <Notice
        key={protocol}
        title={message}
        action={
          freePort !== null && (
            <Button look="primary" disabled={move.isPending} onClick={() => move.mutate(protocol)}>
              Listen on {freePort} instead
            </Button>
          )
        }
      >
        No traces can arrive over OTLP/{name} until then.{' '}
        {holder ? `Stop ${holder} and start Spoor again, or use a free port` : 'Use a free port'} and point your
        exporter at it.
      </Notice>
    );
  });
  return (
    <>
      {keeping}
      {silent}
    </>
  );
}

/** Nearly everything went at once, perhaps because the clock is wrong, or was when somebody said that it is right. */
function QuarantineNotice({ quarantine }: { readonly quarantine: QuarantineReport }) {
  const restore = useRestoreQuarantine();
  return (
    <Notice
      title="More data expired than is left."
      action={
        <Button disabled={restore.isPending} onClick={() => restore.mutate()}>
          Restore
        </Button>
      }
    >
      {quarantineHeld(quarantine)} are in quarantine. {quarantineUntil(quarantine)} Check the system clock and
      retention.days in settings.json before you restore them.
      {restore.error && ` ${restore.error.message}`}
    </Notice>
  );
}

/** The clock jumped: data that it makes too old is kept until somebody confirms that it is right. */
function ClockNotice({
  clock: { state, clock, trusted },
  settle,
  isSettling,
}: {
  readonly clock: Exclude<ClockReport, { state: 'trusted' }>;
  /** Null: it is not for whoever looks to say. */
  readonly settle: (() => void) | null;
  readonly isSettling: boolean;
}) {
  const day = (time: string): string => dayText(time, 'UTC');
  return (
    <Notice
      title={`The system clock jumped from ${day(trusted)} to ${day(clock)}.`}
      action={
        settle && (
          <Button disabled={isSettling} onClick={settle}>
            {state === 'ahead' ? 'The clock is right: prune old data' : 'The clock is right'}
          </Button>
        )
      }
    >
      Until this is resolved, Spoor measures the age of your data by the time that has actually passed, so the jump
      prunes nothing.{' '}
      {settle
        ? 'If the clock is wrong, set it, and this notice goes away.'
        : 'If the clock is right, the operator of the server runs spoor-server trust-clock.'}
    </Notice>
  );
}
