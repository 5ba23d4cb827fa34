/**
 * A form in which telemetry comes that is not what is stored: everything that Spoor knows of it is in one folder, and
 * `formats.ts` lists it once. Receivers, uploads and imports read that list.
 */
import type { OtlpEncoding } from '../otlp/export-response';
import type { WrittenRecords } from '../otlp/json-envelope';
import type { FormatWriter } from './writer';

export interface Format {
  /** In options, answers and addresses, such as `zipkin`. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** Whether a document of JSON is of this format. It looks at the outside, so it takes no longer for a large one. */
  matches(document: unknown): boolean;
  /** Begins to read what one sender sends or one file holds: later documents may refer to what earlier ones said. */
  open(tools: FormatTools): FormatReader;
  /** What was whole of bytes that are no JSON; null: they do not begin as such a file does. @throws SpoorError PAYLOAD_TOO_LARGE */
  readonly mended?: (bytes: Uint8Array) => MendedDocument | null;
  /** The forms in which it is written; none: it is read alone. */
  readonly writers?: readonly FormatWriter[];
  /** How its senders export; null: it comes in files only. */
  readonly receiver: FormatReceiver | null;
}

/** Of a file that was cut off, where the format allows it. */
export interface MendedDocument {
  readonly document: unknown;
  /** Records of which only a part is there. */
  readonly leftOut: number;
  /** Whether the end of the file is missing. */
  readonly isCutOff: boolean;
}

/** What reading needs of the host. */
export interface FormatTools {
  /** Epoch nanoseconds. */
  nowNs(): bigint;
  /** So many bytes of a digest of a text, as hex. */
  hexOf(text: string, bytes: number): string;
}

export interface FormatReader {
  /**
   * @param records counts those that were read, and those that cannot be and are left out
   * @throws Error for a document of another shape, SpoorError PAYLOAD_TOO_LARGE
   */
  fromJson(document: unknown, records: WrittenRecords): readonly SignalRequest[];
  /** Null: it has no such form. @throws Error for bytes of another shape, SpoorError PAYLOAD_TOO_LARGE */
  readonly fromProtobuf: ((bytes: Uint8Array) => readonly SignalRequest[]) | null;
  /** Where later documents refer to what earlier ones said: a reader elsewhere can go on with it. */
  readonly memory?: ReaderMemory;
}

/** Facts of things that documents refer to, by their ids. It is bounded. */
export interface ReaderMemory {
  known(): ReadonlyMap<string, Readonly<Record<string, string | null>>>;
  /** Of these, what the document said that was read last. */
  learned(): ReturnType<ReaderMemory['known']>;
  learn(known: ReturnType<ReaderMemory['known']>): void;
}

/** An export request of OTLP in protobuf. */
export interface SignalRequest {
  readonly signal: 'traces' | 'logs' | 'metrics';
  readonly protobuf: Uint8Array;
}

export interface FormatReceiver {
  readonly path: string;
  /** Of an answer that has no body. */
  readonly status: 202 | 204;
  readonly encodings: readonly OtlpEncoding[];
}
