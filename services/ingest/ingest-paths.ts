/** Where telemetry comes in over HTTP, on every kind of host: one place has one name of ours, and those that exporters know it by. */
import { RECEIVED_FORMATS } from '../../core/formats/formats';
import { SIGNALS } from './signals';

const PATHS: readonly string[] = [
  ...SIGNALS.map(({ httpPath }) => httpPath),
  ...RECEIVED_FORMATS.map(({ receiver }) => receiver.path),
];

/** What exporters of Langfuse, and those that are set up for other tools, write before the path of OTLP. */
const PREFIX = /^\/(?:api\/public\/otel|otel|otlp)(?=\/v1\/(?:traces|logs|metrics)$)/;

/** The path of a request as we name it: without its query, slashes at the end, and prefixes of others. */
export function ingestPath(url: string | undefined): string {
  const [path = '/'] = (url ?? '/').split('?');
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end).replace(PREFIX, '') || '/';
}

/** Whether telemetry is taken there by POST. */
export function isIngestPath(url: string | undefined): boolean {
  return PATHS.includes(ingestPath(url));
}
