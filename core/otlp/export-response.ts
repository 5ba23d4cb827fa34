/**
 * What an OTLP server answers, in the encoding of the request: Export*ServiceResponse, or google.rpc.Status on failure.
 * The three signals share the shape of their responses (field 1 partial_success: 1 rejected, 2 message).
 */
import { WireWriter } from './wire-writer';

export type OtlpEncoding = 'protobuf' | 'json';

/** Codes of google.rpc.Code that we answer with. */
export const RPC_INVALID_ARGUMENT = 3;
export const RPC_PERMISSION_DENIED = 7;
export const RPC_RESOURCE_EXHAUSTED = 8;
export const RPC_UNIMPLEMENTED = 12;
export const RPC_INTERNAL = 13;
export const RPC_UNAVAILABLE = 14;

export type RejectedField = 'rejectedSpans' | 'rejectedLogRecords' | 'rejectedDataPoints';

const textEncoder = new TextEncoder();

/** A success; partial when `rejected` is above zero. */
export function encodeExportResponse(
  encoding: OtlpEncoding,
  field: RejectedField,
  rejected: number,
  message: string,
): Uint8Array {
  const partial = rejected > 0 || message !== '';
  if (encoding === 'json') {
    const body = partial ? { partialSuccess: { [field]: String(rejected), errorMessage: message } } : {};
    return textEncoder.encode(JSON.stringify(body));
  }
  const writer = new WireWriter(64);
  if (partial) {
    writer.message(1, (out) => {
      out.varint(1, rejected);
      out.string(2, message);
    });
  }
  return writer.finish();
}

/** How long a sender should wait before it tries again. */
export const RETRY_AFTER_S = 1;

const TYPE_URL = 'type.googleapis.com/google.rpc.';

/**
 * A google.rpc.Status, with the details that OTLP asks for: BadRequest when the data is wrong, RetryInfo when the sender should
 * come back.
 * @param retryAfterS null: it should not
 */
export function encodeStatus(
  encoding: OtlpEncoding,
  code: number,
  message: string,
  retryAfterS: number | null = code === RPC_UNAVAILABLE ? RETRY_AFTER_S : null,
): Uint8Array {
  const isBad = code === RPC_INVALID_ARGUMENT;
  if (encoding === 'json') {
    const details = [
      ...(isBad ? [{ '@type': `${TYPE_URL}BadRequest`, fieldViolations: [{ description: message }] }] : []),
      ...(retryAfterS === null ? [] : [{ '@type': `${TYPE_URL}RetryInfo`, retryDelay: `${retryAfterS}s` }]),
    ];
    return textEncoder.encode(JSON.stringify({ code, message, ...(details.length > 0 ? { details } : {}) }));
  }
  const writer = new WireWriter(64);
  writer.varint(1, code);
  writer.string(2, message);
  const detail = (name: string, write: (value: WireWriter) => void): void =>
    writer.message(3, (any) => {
      any.string(1, TYPE_URL + name);
      any.message(2, write);
    });
  if (isBad) detail('BadRequest', (value) => value.message(1, (violation) => violation.string(2, message)));
  if (retryAfterS !== null) detail('RetryInfo', (value) => value.message(1, (delay) => delay.varint(1, retryAfterS)));
  return writer.finish();
}
