import { useMutation } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { api } from '../../connection/connection';
import { isTeamPage } from '../../connection/team-session';
import { useStatus } from '../../hooks/use-status';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { SampleProgress } from '../sample/SampleProgress';
import { useSampleDialog } from '../sample/sample-dialog-store';
import { useSample } from '../sample/use-sample';
import { SenderTabs } from './SenderTabs';
import { Waiting } from './Waiting';

/** How the first trace gets here: lines to copy, a test trace or a whole sample at one click. */
export function SendTraces() {
  const status = useStatus();
  const isTeam = isTeamPage();
  const receiver = status?.otlpHttp;
  // An address where nobody of ours listens would send traces to somebody else.
  if (receiver?.state !== 'listening') {
    return (
      <p className="text-secondary">
        {receiver?.state === 'failed'
          ? 'The OTLP port is not open. Choose a free one above. The address to export to then appears here.'
          : 'Opening the OTLP port…'}
      </p>
    );
  }
  // Behind a load balancer the server does not know by what name it is reached.
  const endpoint = isTeam ? window.location.origin : `http://${receiver.host}:${receiver.port}`;
  const isGrpcOpen = !isTeam && status?.otlpGrpc.state === 'listening';
  const grpc = isGrpcOpen ? `http://${status.otlpGrpc.host}:${status.otlpGrpc.port}` : null;
  return (
    <div className="flex flex-col gap-4">
      {status?.counts.traces === 0 && <Waiting endpoint={endpoint} refused={isTeam ? null : status.refused} />}
      {!isTeam && <Trials />}
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-secondary">Export OTLP over HTTP to</span>
        <code className="rounded border border-line bg-raised px-1.5 font-mono">{endpoint}</code>
        <CopyButton text={endpoint} label="Copy the address" />
        {grpc && (
          <>
            <span className="text-secondary">or over gRPC to</span>
            <code className="rounded border border-line bg-raised px-1.5 font-mono">{grpc}</code>
            <CopyButton text={grpc} label="Copy the gRPC address" />
          </>
        )}
      </div>
      <SenderTabs target={{ http: endpoint, wantsKey: isTeam }} />
      {isTeam && (
        <p className="text-secondary">
          <code className="font-mono">SPOOR_API_KEY</code> is an API key that can send traces. An admin of this
          workspace creates one under{' '}
          <Link href="/team/keys" className="text-accent hover:underline">
            Projects and keys
          </Link>
          .
        </p>
      )}
    </div>
  );
}

/** To look around before anything of one's own is set up. */
function Trials() {
  const [, navigate] = useLocation();
  const test = useMutation({
    mutationFn: () => api.sendTestTrace(),
    onSuccess: ({ traceId }) => navigate(`/trace/${traceId}`),
  });
  const { report, isBusy, load } = useSample();
  // Where it cannot simply be loaded, the dialog says why and asks.
  const openDialog = (): void => useSampleDialog.getState().setOpen(true);
  const error = test.error?.message ?? report?.failure;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        look="primary"
        disabled={isBusy || report === null}
        onClick={() =>
          report?.isStored ? openDialog() : load.mutate({}, { onError: openDialog, onSettled: load.reset })
        }
      >
        {report?.isStored ? 'Sample data' : 'Load sample'}
      </Button>
      <Button disabled={test.isPending} onClick={() => test.mutate()}>
        Send a test trace
      </Button>
      {report && report.activity !== 'none' ? (
        <SampleProgress report={report} />
      ) : error ? (
        <span role="alert" className="text-error">
          {error}
        </span>
      ) : (
        <span className="text-secondary">
          {report?.isStored
            ? 'The sample is in this workspace. You can remove it by itself.'
            : 'Look around with sample data first. You can remove the sample at any time.'}
        </span>
      )}
    </div>
  );
}
