/** Every form in which telemetry comes that is not an OTLP request of one signal, and every one in which it goes. */

import { SpoorError } from '../model/errors';
import { CHROME_TRACE } from './chrome-trace/format';
import { CSV } from './csv/format';
import type { Format, FormatReceiver } from './format';
import { HTML } from './html/format';
import { JAEGER } from './jaeger/format';
import { MARKDOWN } from './markdown/format';
import { OPENAI_AGENTS } from './openai-agents/format';
import { OTLP } from './otlp/format';
import { TEMPO } from './tempo/format';
import type { FormatWriter, WrittenFormat } from './writer';
import { ZIPKIN } from './zipkin/format';
import { ZIPKIN_V1 } from './zipkin-v1/format';

/** Those that are read. The first that matches a document reads it. */
export const FORMATS: readonly Format[] = [OTLP, TEMPO, JAEGER, ZIPKIN_V1, ZIPKIN, OPENAI_AGENTS, CHROME_TRACE];

/** Those that are read too, and those that are only written. */
const WRITTEN: readonly (Format | WrittenFormat)[] = [...FORMATS, CSV, MARKDOWN, HTML];

export const WRITERS: readonly FormatWriter[] = WRITTEN.flatMap(({ writers = [] }) => writers);

/** @throws SpoorError VALIDATION_ERROR naming those that there are */
export function writerNamed(name: string): FormatWriter {
  const writer = WRITERS.find((one) => one.name === name);
  if (writer) return writer;
  const message = `is one of ${WRITERS.map((one) => one.name).join(', ')}`;
  throw new SpoorError('VALIDATION_ERROR', `format: ${message}.`, [{ field: 'format', code: 'custom', message }]);
}

/** Of a document of JSON; null: it is none that we know. */
export function formatOf(document: unknown): Format | null {
  return FORMATS.find((format) => format.matches(document)) ?? null;
}

export type ReceivedFormat = Format & { readonly receiver: FormatReceiver };

/** Those that have an address of their own. */
export const RECEIVED_FORMATS: readonly ReceivedFormat[] = FORMATS.flatMap((format) =>
  format.receiver ? [{ ...format, receiver: format.receiver }] : [],
);
