/** gRPC names the host in `:authority`: a name of another machine was rebound to this one, as with `Host` over HTTP. */
import * as grpc from '@grpc/grpc-js';
import { encodeStatus } from '../../core/otlp/export-response';
import { foreignHostMessage, isLoopbackHost } from '../net/loopback';

/** Answers whoever names another host with PERMISSION_DENIED, before anything of the request is read. */
export const loopbackHosts: grpc.ServerInterceptor = (_method, call) => {
  const listener = new grpc.ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, next) => {
      const host = call.getHost();
      if (isLoopbackHost(host)) return next(metadata);
      const code = grpc.status.PERMISSION_DENIED;
      const details = foreignHostMessage(host, '--otlp-grpc 0.0.0.0:4317');
      const trailer = new grpc.Metadata();
      trailer.set('grpc-status-details-bin', Buffer.from(encodeStatus('protobuf', code, details)));
      call.sendStatus({ code, details, metadata: trailer });
    })
    .build();
  return new grpc.ServerInterceptingCall(call, { start: (next) => next(listener) });
};
