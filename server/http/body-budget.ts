/** Bodies of the API in memory: counted as they arrive, together and by address, from whoever sends them. */
import type { Context, MiddlewareHandler } from 'hono';
import type { SpoorError } from '../../core/model/errors';
import { type ArrivalLimits, Arrivals } from '../../services/net/arrivals';

const MIB = 1024 * 1024;
const API_BODIES: ArrivalLimits = {
  bytes: 256 * MIB,
  bytesOfOne: 64 * MIB,
  waiting: 2_000,
  waitingOfOne: 1_000,
};

/** Before anything that reads a body. @param peerOf whose share it takes */
export function bodyBudget(
  peerOf: (context: Context) => string,
  arrivals: Pick<Arrivals, 'begin'> = new Arrivals(API_BODIES),
): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    const { body } = raw;
    if (!body) return next();
    let refuse: (error: SpoorError) => void = () => {};
    const arrival = arrivals.begin([peerOf(context)], (error) => refuse(error));
    const counted = body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        start(controller) {
          refuse = (error) => controller.error(error);
        },
        transform(chunk, controller) {
          arrival.charge(chunk.length);
          controller.enqueue(chunk);
        },
      }),
    );
    context.req.raw = new Request(raw, { body: counted, duplex: 'half' } as RequestInit);
    try {
      await next();
    } finally {
      arrival.done();
    }
  };
}
