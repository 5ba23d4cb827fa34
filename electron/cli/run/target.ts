/** Where a program is to send its telemetry: the receivers of the Spoor that runs. */
import type { OtlpReceiver } from '../../../core/api/contract';
import type { StatusResource } from '../../../core/api/http-resources';
import { authorityOf, reachedAt } from '../../../services/net/authority';
import { StartError } from '../../../services/store/start-error';

export interface ExportTarget {
  /** Such as `http://127.0.0.1:4318`. */
  readonly http: string;
  /** Such as `http://127.0.0.1:4317`; null: gRPC is not received. */
  readonly grpc: string | null;
}

/** @throws StartError where nothing is received over HTTP */
export function targetOf({ otlpHttp, otlpGrpc }: StatusResource): ExportTarget {
  const http = urlOf(otlpHttp);
  if (http !== null) return { http, grpc: urlOf(otlpGrpc) };
  const why = otlpHttp.state === 'failed' ? otlpHttp.message : 'It is still starting.';
  throw new StartError(`The Spoor that runs receives no OTLP over HTTP: ${why} Choose a free port in its page.`);
}

function urlOf(receiver: OtlpReceiver): string | null {
  if (receiver.state !== 'listening') return null;
  return `http://${authorityOf(reachedAt(receiver))}`;
}
