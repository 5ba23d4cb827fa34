/**
 * Takes secrets out of an export request (protobuf) before anything of it is stored. Most requests hold none: one scan of what
 * was decoded, where all that is alike stands once, says so. Only where it does not is the request walked and written anew.
 */
import type { SignalBatch } from '../model/signal-batch';
import { WIRE_BYTES, WireReader } from '../otlp/wire-reader';
import { WireWriter } from '../otlp/wire-writer';
import { type StepBudget, stepBudget } from '../patterns/user-pattern';
import { type RedactionSettings, rulesOf } from './rules';
import { LOGS_SCHEMA, METRICS_SCHEMA, type Schema, TRACES_SCHEMA } from './schemas';
import { SECRET_KEYS } from './secret-keys';
import { TextRedactor } from './text-redactor';

type Signal = SignalBatch['signal'];

const SCHEMAS: Readonly<Record<Signal, Schema>> = {
  traces: TRACES_SCHEMA,
  logs: LOGS_SCHEMA,
  metrics: METRICS_SCHEMA,
};
const VALUES: Schema = new Map([[1, 'value']]);
const PAIRS: Schema = new Map([[1, 'attribute']]);

/** Nested deeper than any decoder accepts: left for it to refuse. */
const MAX_DEPTH = 100;

/** Of AnyValue. */
const STRING_TAG = 0x0a;
const BOOL_TAG = 0x10;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export class Redactor extends TextRedactor {
  private budget: StepBudget = stepBudget(0);

  /** @param before whose place it takes: it counts on @throws PatternError for a pattern that cannot be used */
  constructor(settings: RedactionSettings, before: Redactor | null = null) {
    super(rulesOf(settings));
    for (const [rule, count] of before?.counts ?? []) this.counts.set(rule, count);
  }

  /** Whether a batch may hold something to take out; false for almost all. */
  suspects(batch: SignalBatch): boolean {
    return (
      textsOf(batch).some((text) => this.suspectsText(text)) ||
      bytesOf(batch).some((bytes) => this.suspectsBytes(bytes))
    );
  }

  /** The request without what the rules take out. @throws WireError */
  redact(signal: Signal, request: Uint8Array): Uint8Array {
    this.budget = stepBudget(request.length * this.rules.texts.length);
    const writer = new WireWriter(request.length + 1024);
    this.message(new WireReader(request), SCHEMAS[signal], writer, 0);
    return writer.finish();
  }

  private message(reader: WireReader, schema: Schema, out: WireWriter, depth: number): void {
    while (reader.next()) {
      const { field, wireType } = reader;
      const kind = schema.get(field);
      if (wireType !== WIRE_BYTES || depth >= MAX_DEPTH || kind === 'numbers') copy(reader, out);
      else if (kind === undefined) this.unknown(reader, out);
      else if (kind === 'text') out.data(field, this.bytes(reader.view8(), this.budget));
      else if (kind === 'attribute') this.attribute(reader.message(), out, field, depth);
      else if (kind === 'value') this.value(reader.message(), out, field, depth);
      else {
        const inner = reader.message();
        out.message(field, (nested) => this.message(inner, kind, nested, depth + 1));
      }
    }
  }

  private attribute(reader: WireReader, out: WireWriter, field: number, depth: number): void {
    const { pos, end } = reader;
    let key = '';
    let saysNothing = false;
    while (reader.next()) {
      if (reader.field === 1 && reader.wireType === WIRE_BYTES) key = utf8.decode(reader.view8());
      else if (reader.field === 2 && reader.wireType === WIRE_BYTES) saysNothing = isNoSecret(reader.view8());
      else reader.skip();
    }
    this.steps.count += key.length;
    const rule = this.rules.keys.find(({ test }) => test(key));
    if (rule && !(saysNothing && rule === SECRET_KEYS)) {
      this.count(rule.name);
      out.message(field, (pair) => {
        pair.string(1, this.text(key, this.budget));
        pair.message(2, (value) => value.string(1, `[redacted ${rule.name}]`));
      });
      return;
    }
    const again = new WireReader(reader.bytes, pos, end);
    out.message(field, (pair) => {
      while (again.next()) {
        if (again.wireType !== WIRE_BYTES) copy(again, pair);
        else if (again.field === 1) pair.data(1, this.bytes(again.view8(), this.budget));
        else if (again.field === 2) this.value(again.message(), pair, 2, depth + 1);
        else this.unknown(again, pair);
      }
    });
  }

  private value(reader: WireReader, out: WireWriter, field: number, depth: number): void {
    if (depth >= MAX_DEPTH) {
      out.data(field, reader.bytes.subarray(reader.pos, reader.end));
      return;
    }
    out.message(field, (any) => {
      while (reader.next()) {
        const { field: kind } = reader;
        if (reader.wireType !== WIRE_BYTES) copy(reader, any);
        else if (kind === 1 || kind === 7) any.data(kind, this.bytes(reader.view8(), this.budget));
        else if (kind === 5 || kind === 6) {
          const list = reader.message();
          any.message(kind, (nested) => this.message(list, kind === 5 ? VALUES : PAIRS, nested, depth + 1));
        } else this.unknown(reader, any);
      }
    });
  }

  /** A field of a newer sender may be a text or a message: where something in it would be taken out, it goes whole. */
  private unknown(reader: WireReader, out: WireWriter): void {
    const { tagStart } = reader;
    const bytes = reader.view8();
    if (this.bytes(bytes, this.budget) === bytes && !this.suspectsBytes(bytes)) {
      out.raw(reader.bytes.subarray(tagStart, reader.pos));
    }
  }
}

/** Of an AnyValue: nothing, an empty text, or whether something is so, say `has_password`. */
function isNoSecret(value: Uint8Array): boolean {
  const [tag, first] = value;
  return value.length === 0 || tag === BOOL_TAG || (value.length === 2 && tag === STRING_TAG && first === 0);
}

function copy(reader: WireReader, out: WireWriter): void {
  const { tagStart } = reader;
  reader.skip();
  out.raw(reader.bytes.subarray(tagStart, reader.pos));
}

/** Everything of a batch that came from its sender as text. */
function textsOf(batch: SignalBatch): string[] {
  const urls = [...batch.resources, ...batch.scopes].map(({ schemaUrl }) => schemaUrl);
  if (batch.signal === 'traces') return [...urls, ...batch.operations.map(({ name }) => name)];
  if (batch.signal === 'logs') return [...urls, ...batch.eventNames];
  return [...urls, ...batch.metrics.flatMap(({ name, description, unit }) => [name, description, unit])];
}

/** Everything of a batch that came from its sender as bytes. */
function bytesOf(batch: SignalBatch): Uint8Array[] {
  const owners = [...batch.resources, ...batch.scopes].map(({ message }) => message);
  if (batch.signal === 'traces') return [batch.parts.bytes, ...owners];
  if (batch.signal === 'logs') return [batch.parts.bytes, batch.message, ...owners];
  return [batch.attributes, batch.rest, ...batch.metrics.map(({ metadata }) => metadata), ...owners];
}
