import { useMutation } from '@tanstack/react-query';
import { Tabs } from 'radix-ui';
import { Link, useLocation } from 'wouter';
import { api } from '../../connection/connection';
import { isTeamPage } from '../../connection/team-session';
import { useStatus } from '../../hooks/use-status';
import { Button } from '../../ui/Button';
import { CopyButton } from '../../ui/CopyButton';
import { snippetsFor } from './snippets';

/** How the first trace gets here: a snippet to copy, or a test trace at one click. */
export function SendTraces() {
  const status = useStatus();
  const [, navigate] = useLocation();
  const test = useMutation({
    mutationFn: () => api.sendTestTrace(),
    onSuccess: ({ traceId }) => navigate(`/trace/${traceId}`),
  });
  const isTeam = isTeamPage();
  const receiver = status?.otlpHttp;
  // An address where nobody of ours listens would send traces to somebody else.
  if (receiver?.state !== 'listening') {
    return (
      <p className="text-secondary">
        {receiver?.state === 'failed'
          ? 'The OTLP port is not open. Choose a free one above; the address to export to then stands here.'
          : 'Opening the OTLP port…'}
      </p>
    );
  }
  // Behind a load balancer the server does not know by what name it is reached.
  const endpoint = isTeam ? window.location.origin : `http://${receiver.host}:${receiver.port}`;
  const isGrpcOpen = !isTeam && status?.otlpGrpc.state === 'listening';
  const grpc = isGrpcOpen ? `http://${status.otlpGrpc.host}:${status.otlpGrpc.port}` : null;
  const snippets = snippetsFor(endpoint, isTeam);
  return (
    <div className="flex flex-col gap-4">
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
      <Tabs.Root defaultValue="env">
        <Tabs.List aria-label="Language" className="flex gap-1 border-b border-line">
          {snippets.map(({ id, title }) => (
            <Tabs.Trigger
              key={id}
              value={id}
              className="-mb-px h-8 border-b-2 border-transparent px-2.5 font-medium text-secondary hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {title}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {snippets.map(({ id, title, code }) => (
          <Tabs.Content key={id} value={id} className="relative">
            <pre className="mt-3 overflow-x-auto rounded-md border border-line bg-panel p-3 pr-16 font-mono text-sm leading-5">
              {code}
            </pre>
            <div className="absolute top-5 right-3">
              <CopyButton text={code} label={`Copy the ${title} snippet`} />
            </div>
          </Tabs.Content>
        ))}
      </Tabs.Root>
      {isTeam ? (
        <p className="text-secondary">
          <code className="font-mono">SPOOR_API_KEY</code> is a key that sends traces. Who runs this workspace makes one
          under{' '}
          <Link href="/team/keys" className="text-accent hover:underline">
            Projects and keys
          </Link>
          .
        </p>
      ) : (
        <div className="flex items-center gap-3">
          <Button look="primary" disabled={test.isPending} onClick={() => test.mutate()}>
            Send a test trace
          </Button>
          <span className="text-secondary">
            {test.error ? (
              <span className="text-error">{test.error.message}</span>
            ) : (
              'Goes through the same port as yours would.'
            )}
          </span>
        </div>
      )}
    </div>
  );
}
