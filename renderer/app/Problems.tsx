import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { OtlpProtocol } from '../../core/api/contract';
import { formatBytes } from '../../core/model/format';
import { api } from '../connection/connection';
import { Button } from '../ui/Button';
import { Notice } from '../ui/Notice';
import { useStatus } from './use-status';

/** What keeps Spoor from doing its work, above every screen, with the way out. */
export function Problems() {
  const status = useStatus();
  const queries = useQueryClient();
  const move = useMutation({
    mutationFn: (protocol: OtlpProtocol) => api.listenOnFreePort(protocol),
    onSettled: () => queries.invalidateQueries({ queryKey: ['status'] }),
  });
  if (!status) return null;
  if (status.store.state === 'failed') {
    return <Notice title="The database could not be opened.">{status.store.message}</Notice>;
  }
  if (status.disk.full) {
    return (
      <Notice title="The disk is full: nothing new is stored.">
        {formatBytes(status.disk.freeBytes)} are free at {status.dataDir}. Free some space; storing goes on by itself.
        What is stored can be read.
      </Notice>
    );
  }
  const receivers = [
    { protocol: 'http', name: 'HTTP', receiver: status.otlpHttp },
    { protocol: 'grpc', name: 'gRPC', receiver: status.otlpGrpc },
  ] as const;
  return receivers.map(({ protocol, name, receiver }) => {
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
}
