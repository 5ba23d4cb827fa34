/** What a body of a format that has an address of its own holds, before any of it is stored. */
import type { Format, FormatReader, ReaderMemory, SignalRequest } from '../../../core/formats/format';
import { SpoorError } from '../../../core/model/errors';
import { parseExactJson } from '../../../core/otlp/exact-json';
import type { OtlpEncoding } from '../../../core/otlp/export-response';
import { WrittenRecords } from '../../../core/otlp/json-envelope';

export interface ReadFormat {
  readonly requests: readonly SignalRequest[];
  /** Records that cannot be read. */
  readonly refused: number;
  /** Why the first was not; empty: all were. */
  readonly reason: string;
}

/** The body is not of the format. */
export class NotOfFormat extends Error {
  override readonly name = 'NotOfFormat';
}

/** @throws NotOfFormat, SpoorError PAYLOAD_TOO_LARGE */
export function readFormat(
  { title }: Pick<Format, 'title'>,
  reader: FormatReader,
  bytes: Uint8Array,
  encoding: OtlpEncoding,
): ReadFormat {
  const records = new WrittenRecords();
  try {
    const requests =
      encoding === 'json' ? reader.fromJson(parseExactJson(bytes), records) : (reader.fromProtobuf?.(bytes) ?? []);
    return { requests, refused: records.refused, reason: records.reason };
  } catch (error) {
    if (error instanceof SpoorError) throw error;
    throw new NotOfFormat(`The body is not ${title}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

export type ReaderKnowledge = ReturnType<ReaderMemory['known']>;

/** What was read by another reader of the same format. */
export interface ReadElsewhere extends ReadFormat {
  /** What the body said that later ones may refer to. */
  readonly learned: ReaderKnowledge;
}
