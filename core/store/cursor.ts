/** Opaque cursors of keyset pages. A cursor that we did not write is refused, not guessed at. */
import { SpoorError } from '../api/errors';
import { base64FromBytes, bytesFromBase64 } from '../otlp/base64';

export interface TraceCursor {
  readonly startNs: bigint;
  readonly traceId: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeCursor({ startNs, traceId }: TraceCursor): string {
  return base64FromBytes(encoder.encode(`1:${startNs}:${traceId}`))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

/** @throws SpoorError VALIDATION_ERROR */
export function decodeCursor(cursor: string): TraceCursor {
  const bytes = cursor.length <= 128 ? bytesFromBase64(cursor) : null;
  const match = bytes && /^1:(-?\d{1,19}):([0-9a-f]{32})$/.exec(decoder.decode(bytes));
  const startNs = match ? BigInt(match[1] as string) : null;
  if (!match || startNs === null || BigInt.asIntN(64, startNs) !== startNs) {
    throw new SpoorError('VALIDATION_ERROR', 'The cursor is not one of ours; start again without it.', [
      { field: 'cursor', code: 'invalid', message: 'not a cursor of this API' },
    ]);
  }
  return { startNs, traceId: match[2] as string };
}
