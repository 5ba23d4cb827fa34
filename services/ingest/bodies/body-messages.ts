/** What the thread that reads large bodies is asked, and what it says. */
import { type ErrorValue, errorFromValue, errorValueOf } from '../../../core/model/errors';
import type { OtlpEncoding } from '../../../core/otlp/export-response';
import { JsonShapeError } from '../../../core/otlp/json-shape-error';
import { type ExportAsked, NotJson, type ReadExport } from './read-export';
import { NotOfFormat, type ReadElsewhere, type ReaderKnowledge } from './read-format';

export type BodyAsked =
  | { readonly kind: 'export'; readonly bytes: Uint8Array<ArrayBuffer>; readonly asked: ExportAsked }
  | {
      readonly kind: 'format';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly format: string;
      readonly encoding: OtlpEncoding;
      readonly known: ReaderKnowledge;
    };

export type BodyTold =
  | { readonly kind: 'export'; readonly read: ReadExport }
  | { readonly kind: 'format'; readonly read: ReadElsewhere }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Errors that a receiver tells apart. */
type Failure =
  | { readonly name: 'NotJson'; readonly message: string; readonly hint: string }
  | { readonly name: 'JsonShapeError' | 'NotOfFormat'; readonly message: string }
  | { readonly name: 'other'; readonly value: ErrorValue };

export function failureOf(error: unknown): Failure {
  if (error instanceof NotJson) return { name: 'NotJson', message: error.message, hint: error.hint };
  if (error instanceof JsonShapeError || error instanceof NotOfFormat) {
    return { name: error.name, message: error.message };
  }
  return { name: 'other', value: errorValueOf(error) };
}

export function errorOf(failure: Failure): Error {
  switch (failure.name) {
    case 'NotJson':
      return new NotJson(failure.message, failure.hint);
    case 'JsonShapeError':
      return new JsonShapeError(failure.message);
    case 'NotOfFormat':
      return new NotOfFormat(failure.message);
    case 'other':
      return errorFromValue(failure.value);
  }
}
