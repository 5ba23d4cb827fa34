/** A stream of events ends with the access of who follows it: the session, the membership, the key. */
import { SpoorError } from '../../core/model/errors';

const CHECK_MS = 5_000;

/** @param check throws UNAUTHORIZED or FORBIDDEN when who asked may no longer; other errors say nothing about that */
export function whileAllowed(response: Response, check: () => Promise<unknown>, everyMs = CHECK_MS): Response {
  const { body, headers } = response;
  if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) return response;
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;
  const end = (): boolean => {
    const was = isOpen;
    isOpen = false;
    clearInterval(timer);
    return was;
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        timer = setInterval(() => {
          check().catch((error: unknown) => {
            if (!isRefusal(error) || !end()) return;
            controller.close();
            reader.cancel().catch(() => {});
          });
        }, everyMs);
        timer.unref();
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (value && isOpen) controller.enqueue(value);
          if (done && end()) controller.close();
        } catch (error) {
          if (end()) controller.error(error);
        }
      },
      cancel(reason) {
        end();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { status: response.status, headers });
}

function isRefusal(error: unknown): boolean {
  return error instanceof SpoorError && (error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN');
}
