/**
 * Takes secrets out of an export request (protobuf) before anything of it is stored. Most requests hold none: one scan of what
 * was decoded, where all that is alike stands once, says so. Only where it does not is the request walked and written anew.
 */
import type { SignalBatch } from '../model/signal-batch';
import { WIRE_BYTES, WireReader } from '../otlp/wire-reader';
import { WireWriter } from '../otlp/wire-writer';
import { type RedactionSettings, type RuleSet, rulesOf } from './rules';
import { LOGS_SCHEMA, METRICS_SCHEMA, type Schema, TRACES_SCHEMA } from './schemas';

type Signal = SignalBatch['signal'];

const SCHEMAS: Readonly<Record<Signal, Schema>> = {
  traces: TRACES_SCHEMA,
  logs: LOGS_SCHEMA,
  metrics: METRICS_SCHEMA,
};

/** Nested deeper than any decoder accepts: left for it to refuse. */
const MAX_DEPTH = 100;

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export class Redactor {
  /** Values taken out since the start, by rule. */
  readonly counts = new Map<string, number>();
  private readonly rules: RuleSet;
  private readonly suspicious: RegExp | null;

  /**
   * @param latin1 bytes as text of one character each, which is enough to look for ASCII; the runtime has a quick way
   * @throws SyntaxError for a pattern that is no regular expression
   */
  constructor(
    settings: RedactionSettings,
    private readonly latin1: (bytes: Uint8Array) => string,
  ) {
    this.rules = rulesOf(settings);
    const sources = [
      ...this.rules.patterns.map(({ pattern }) => wirePattern(pattern.source)),
      ...this.rules.keys.map(({ pattern }) => wireKey(pattern.source)),
    ];
    this.suspicious = sources.length === 0 ? null : new RegExp(sources.map((source) => `(?:${source})`).join('|'), 'i');
  }

  /** Whether a batch may hold something to take out; false for almost all. */
  suspects(batch: SignalBatch): boolean {
    const { suspicious } = this;
    if (!suspicious) return false;
    if (batch.signal === 'traces' && batch.operations.some(({ name }) => suspicious.test(name))) return true;
    return bytesOf(batch).some((bytes) => bytes.length > 0 && suspicious.test(this.latin1(bytes)));
  }

  /** The same of a whole request, which was not decoded. */
  suspectsBytes(request: Uint8Array): boolean {
    return this.suspicious?.test(this.latin1(request)) ?? false;
  }

  /** The request without what the rules take out. @throws WireError */
  redact(signal: Signal, request: Uint8Array): Uint8Array {
    const writer = new WireWriter(request.length + 1024);
    this.message(new WireReader(request), SCHEMAS[signal], writer, 0);
    return writer.finish();
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }

  private message(reader: WireReader, schema: Schema, out: WireWriter, depth: number): void {
    while (reader.next()) {
      const { tagStart, field, wireType } = reader;
      const kind = wireType === WIRE_BYTES && depth < MAX_DEPTH ? schema.get(field) : undefined;
      if (kind === undefined) {
        reader.skip();
        out.raw(reader.bytes.subarray(tagStart, reader.pos));
      } else if (kind === 'text') out.string(field, this.text(reader.string()));
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
    while (reader.next()) {
      if (reader.field === 1 && reader.wireType === WIRE_BYTES) key = utf8.decode(reader.view8());
      else reader.skip();
    }
    const rule = this.rules.keys.find(({ pattern }) => pattern.test(key));
    if (rule) {
      this.count(rule.name);
      out.message(field, (pair) => {
        pair.string(1, key);
        pair.message(2, (value) => value.string(1, `[redacted ${rule.name}]`));
      });
      return;
    }
    const again = new WireReader(reader.bytes, pos, end);
    out.message(field, (pair) => {
      while (again.next()) {
        const { tagStart } = again;
        if (again.field === 2 && again.wireType === WIRE_BYTES) this.value(again.message(), pair, 2, depth + 1);
        else {
          again.skip();
          pair.raw(again.bytes.subarray(tagStart, again.pos));
        }
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
        const { tagStart } = reader;
        if (reader.wireType === WIRE_BYTES && reader.field === 1) any.string(1, this.text(reader.string()));
        else if (reader.wireType === WIRE_BYTES && (reader.field === 5 || reader.field === 6)) {
          const list = reader.message();
          const item = reader.field === 5 ? 'value' : 'attribute';
          any.message(reader.field, (nested) => this.message(list, new Map([[1, item]]), nested, depth + 1));
        } else {
          reader.skip();
          any.raw(reader.bytes.subarray(tagStart, reader.pos));
        }
      }
    });
  }

  private text(text: string): string {
    let result = text;
    for (const { name, pattern, accept } of this.rules.patterns) {
      result = result.replace(pattern, (match, ...more) => {
        if (accept && !accept(match)) return match;
        const groups = more.at(-1) as { keep?: string } | string;
        const keep = typeof groups === 'object' ? (groups.keep ?? '') : '';
        // What an earlier rule put here stays.
        if (match.slice(keep.length).startsWith('[redacted')) return match;
        this.count(name);
        return `${keep}[redacted ${name}]`;
      });
    }
    return result;
  }

  private count(rule: string): void {
    this.counts.set(rule, (this.counts.get(rule) ?? 0) + 1);
  }
}

/** Everything of a batch that came from its sender as bytes. */
function bytesOf(batch: SignalBatch): Uint8Array[] {
  const owners = [...batch.resources, ...batch.scopes].map(({ message }) => message);
  if (batch.signal === 'traces') return [batch.parts.bytes, ...owners];
  if (batch.signal === 'logs') return [batch.parts.bytes, batch.message, ...owners];
  return [batch.attributes, batch.rest, ...batch.metrics.map(({ metadata }) => metadata), ...owners];
}

/** Anchors and characters beyond ASCII do not mean in raw bytes what they mean in a text: such a pattern suspects everything. */
const ONLY_IN_TEXT = /\P{ASCII}|(?<!\[)\^|\$|\(\?<[=!]/u;

/** A rule for texts as it looks in raw bytes, where the byte before a text is its length and may be a letter: no word borders. */
function wirePattern(source: string): string {
  return ONLY_IN_TEXT.test(source) ? '' : source.replaceAll('\\b', '').replace('(?<keep>', '(?:');
}

/** A rule for a whole key as it looks in raw bytes: behind its length, and in front of the tag of its value. */
function wireKey(source: string): string {
  return source
    .replace(/^\^/, '[\\x00-\\x7f]')
    .replace(/^\(\?:\^\|/, '(?:[\\x00-\\x7f]|')
    .replace(/\$$/, '\\x12');
}
