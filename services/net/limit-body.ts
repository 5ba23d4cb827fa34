import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { SpoorError } from '../../core/model/errors';

/** Refuses larger bodies: by what they announce before anything is read, or as soon as they have grown too large. @throws SpoorError PAYLOAD_TOO_LARGE */
export function limitBody(maxBytes: number): MiddlewareHandler {
  const refuse = (): never => {
    throw new SpoorError('PAYLOAD_TOO_LARGE', `The body is larger than ${maxBytes / (1024 * 1024)} MiB.`);
  };
  const counted = bodyLimit({ maxSize: maxBytes, onError: refuse });
  return (context, next) => {
    // The library asks for the body first, and who waits to be told to go on would be told so.
    if (Number(context.req.header('content-length') ?? 0) > maxBytes) return refuse();
    return counted(context, next);
  };
}
