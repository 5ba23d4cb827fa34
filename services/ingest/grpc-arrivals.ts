/**
 * Counts the messages of gRPC while they arrive. The library hands them on when they are whole and unpacked, and bounds each by
 * itself alone; so this looks at the stream below a call, keeps its reader to our own bounds, and unpacks messages itself.
 */
import { Duplex, pipeline } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import * as grpc from '@grpc/grpc-js';
import { SpoorError } from '../../core/model/errors';
import type { Arrival } from '../net/arrivals';
import type { BodyRate, Sender } from '../net/body-rate';
import { MAX_BODY_BYTES } from './read-body';
import { isFramedSnappy, SnappyTooLarge, unsnappy } from './unsnappy';

/** What the library keeps to itself, of the version that the lock file names. */
interface CallInside {
  readonly stream: Duplex & { close(code: number): void };
  /** Set to `identity`, the library leaves messages as they came. */
  incomingEncoding: string;
}

const UNPACKED_HERE = ['gzip', 'deflate', 'snappy'];

const NO_ERROR = 0;

export interface ArrivingCall {
  readonly arrival: Arrival;
  /** Of its messages, as the sender named it. */
  readonly encoding: string;
}

export type CallStatus = Pick<grpc.StatusObject, 'code' | 'details'> & { readonly metadata?: grpc.Metadata };

export interface CallWatch {
  readonly bodyRate: BodyRate;
  readonly peerOf: (remoteAddress: string | undefined, metadata: grpc.Metadata) => string;
  readonly begin: (peer: string, onEvicted: (error: SpoorError) => void) => Arrival;
  /** Looks at who asks before anything is read; throws for who may not. */
  readonly admit: (metadata: grpc.Metadata, call: ArrivingCall) => Promise<void>;
  readonly statusOf: (error: unknown) => CallStatus;
}

/** For `interceptors` of a server. @throws TypeError the library is not the one that this was written for */
export function watchCalls(watch: CallWatch): grpc.ServerInterceptor {
  return (_method, call) => {
    const inside = insideOf(call);
    const { stream } = inside;
    const encoding = inside.incomingEncoding;
    if (UNPACKED_HERE.includes(encoding)) inside.incomingEncoding = 'identity';
    let arrived = 0;
    let isWhole = false;
    let arriving: ArrivingCall | null = null;
    const refuse = (error: unknown): void => {
      call.sendStatus(watch.statusOf(error));
      // It may go on sending for ever.
      stream.close(NO_ERROR);
    };
    stream.on('data', (chunk: Buffer) => {
      arrived += chunk.length;
      try {
        if (!isWhole) arriving?.arrival.charge(chunk.length);
      } catch (error) {
        refuse(error);
      }
    });
    const listener = new grpc.ServerListenerBuilder()
      .withOnReceiveMetadata((metadata, next) => {
        const peer = watch.peerOf(call.getConnectionInfo().remoteAddress, metadata);
        const arrival = watch.begin(peer, refuse);
        arriving = { encoding, arrival };
        const sender: Sender = {
          peer,
          arrived: () => arrived,
          isDone: () => isWhole || stream.destroyed,
          // Nothing is read before it is known who asks.
          isHeldUp: () => stream.isPaused(),
          end: (message) => refuse(new SlowCall(message)),
        };
        watch.bodyRate.watch(sender);
        stream.once('close', () => {
          arrival.done();
          watch.bodyRate.forget(sender);
        });
        watch.admit(metadata, arriving).then(
          () => next(metadata),
          (error: unknown) => refuse(error),
        );
      })
      .withOnReceiveHalfClose((next) => {
        isWhole = true;
        next();
      })
      .build();
    return new grpc.ServerInterceptingCall(call, { start: (next) => next(listener) });
  };
}

/** Of a body that came more slowly than is waited for. */
export class SlowCall extends Error {
  override readonly name = 'SlowCall';
}

/** Of a message that is not packed as it says. */
export class PackingError extends Error {
  override readonly name = 'PackingError';
}

/** Unpacks a message, charged as it grows. @throws SpoorError, PackingError */
export async function unpacked(message: Buffer, { encoding, arrival }: ArrivingCall): Promise<Buffer> {
  // A sender that packs may leave small messages as they are.
  if (!isPacked(message, encoding)) return message;
  if (encoding === 'snappy') return unpackedSnappy(message, arrival);
  const chunks: Buffer[] = [];
  let size = 0;
  const source = encoding === 'gzip' ? createGunzip() : createInflate();
  await new Promise<void>((resolve, reject) => {
    const collect = async (parts: AsyncIterable<Buffer>): Promise<void> => {
      for await (const part of parts) {
        size += part.length;
        if (size > MAX_BODY_BYTES) {
          throw tooLarge();
        }
        arrival.charge(part.length);
        chunks.push(part);
      }
    };
    pipeline([message], source, collect, (error) => {
      if (!error) resolve();
      else if (error instanceof SpoorError) reject(error);
      else reject(new PackingError(`The message could not be unpacked as ${encoding}: ${error.message}.`));
    });
  });
  arrival.charge(-message.length);
  return Buffer.concat(chunks, size);
}

function unpackedSnappy(message: Buffer, arrival: Arrival): Buffer {
  let whole: Uint8Array;
  try {
    whole = unsnappy(message, MAX_BODY_BYTES);
  } catch (error) {
    if (error instanceof SnappyTooLarge) throw tooLarge();
    throw new PackingError(`The message could not be unpacked as snappy: ${(error as Error).message}.`);
  }
  arrival.charge(whole.length - message.length);
  return Buffer.from(whole.buffer, whole.byteOffset, whole.length);
}

function tooLarge(): SpoorError {
  return new SpoorError('PAYLOAD_TOO_LARGE', `The message is larger than ${MAX_BODY_BYTES} bytes unpacked.`);
}

/** No message of OTLP begins as any does: 0x1f and 0xff would be a field of a type that protobuf does not have, 0x78 one that is unknown. */
function isPacked(message: Buffer, encoding: string): boolean {
  if (encoding === 'gzip') return message[0] === 0x1f && message[1] === 0x8b;
  if (encoding === 'snappy') return isFramedSnappy(message);
  return encoding === 'deflate' && message.length > 1 && message[0] === 0x78 && message.readUInt16BE(0) % 31 === 0;
}

function insideOf(call: grpc.ServerInterceptingCallInterface): CallInside {
  const inside = call as unknown as Partial<CallInside>;
  if (!(inside.stream instanceof Duplex) || typeof inside.incomingEncoding !== 'string') {
    throw new TypeError('this version of @grpc/grpc-js is not known');
  }
  return inside as CallInside;
}
