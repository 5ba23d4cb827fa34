/**
 * Reads Jaeger's JSON as OpenTelemetry's spans, by the mapping of the OpenTelemetry Collector (`pkg/translator/jaeger`) and of the
 * specification (trace/sdk_exporters/jaeger.md, backwards).
 */
import { COST, DecodeBudget } from '../../otlp/decode-budget';
import { listOf, type WrittenRecords } from '../../otlp/json-envelope';
import { asObject, get, type JsonObject, optionalObject } from '../../otlp/json-fields';
import { JsonShapeError } from '../../otlp/json-shape-error';
import { isRecord } from '../is-record';
import type { Attributes, Span, SpanGroup } from '../spans';
import { jaegerSpan } from './span';
import { Tags, textOf } from './tags';

/** What Jaeger says where OTLP said no service. */
const NO_SERVICE = 'OTLPResourceNoServiceName';

interface Group extends SpanGroup {
  readonly spans: Span[];
}

/** The traces of an answer, of a download, or of a list of either; null: it is something else. */
export function jaegerTraces(document: unknown): readonly unknown[] | null {
  const all = Array.isArray(document) ? document : [document];
  const [first] = tracesIn(all[0]);
  return isTrace(first) ? all.flatMap(tracesIn) : null;
}

function tracesIn(item: unknown): readonly unknown[] {
  const data = listOf(item, 'data');
  return data.length > 0 ? data : [item];
}

function isTrace(value: unknown): boolean {
  if (!isRecord(value) || !Array.isArray(value.spans)) return false;
  const [span] = value.spans;
  return (
    typeof value.traceID === 'string' ||
    isRecord(value.processes) ||
    (isRecord(span) && typeof span.traceID === 'string')
  );
}

/** @param records see `FormatReader` @throws JsonShapeError when no span can be read, SpoorError PAYLOAD_TOO_LARGE */
export function spansFromJaeger(document: unknown, records: WrittenRecords): Iterable<SpanGroup> {
  const reader = new JaegerReader(records);
  for (const [i, trace] of (jaegerTraces(document) ?? [document]).entries()) reader.trace(trace, `data[${i}]`);
  if (reader.written === 0 && records.refused > 0) throw new JsonShapeError(records.reason);
  return reader.groups.values();
}

class JaegerReader {
  readonly groups = new Map<string, Group>();
  written = 0;
  private readonly budget = new DecodeBudget();
  /** By what they say: traces of one process name it alike. */
  private readonly processes = new Map<string, Process>();

  constructor(private readonly records: WrittenRecords) {}

  trace(trace: unknown, at: string): void {
    const owner = isRecord(trace) ? trace : {};
    const spans = get(owner, 'spans');
    if (!Array.isArray(spans)) {
      this.refuse(`${at}.spans: not an array`);
      return;
    }
    const processes = new Processes(owner, at, this.processes, this.budget);
    /** Jaeger shows them over the trace: its root has them. */
    const warnings = listOf(owner, 'warnings');
    const rootAt = Math.max(0, spans.findIndex(isRoot));
    for (const [i, span] of spans.entries()) {
      this.budget.charge(COST.record);
      const spanAt = `${at}.spans[${i}]`;
      try {
        const one = asObject(span, spanAt);
        const read = jaegerSpan(one, spanAt, i === rootAt ? warnings : [], this.budget);
        this.groupOf(processes.of(one, spanAt), read.scope).spans.push(read.span);
        this.written++;
        this.records.written++;
      } catch (error) {
        if (!(error instanceof JsonShapeError)) throw error;
        this.refuse(error.message);
      }
    }
  }

  private refuse(reason: string): void {
    this.records.refused++;
    this.records.reason ||= reason;
  }

  private groupOf(process: Process, scope: Group['scope']): Group {
    const key = `${process.id} ${JSON.stringify([scope.name, scope.version])}`;
    let group = this.groups.get(key);
    if (!group) {
      this.budget.charge(COST.owner);
      group = { resource: process.resource, scope, spans: [] };
      this.groups.set(key, group);
    }
    return group;
  }
}

function isRoot(span: unknown): boolean {
  return isRecord(span) && listOf(span, 'references').length === 0 && !get(span, 'parentSpanID');
}

interface Process {
  readonly id: number;
  readonly resource: Attributes;
}

const NO_PROCESS: Process = { id: 0, resource: [] };

/** Those of one trace. A span names its own, or has it within. */
class Processes {
  private readonly known = new Map<string, Process>();
  private readonly all: JsonObject;

  constructor(
    trace: JsonObject,
    private readonly at: string,
    private readonly registry: Map<string, Process>,
    private readonly budget: DecodeBudget,
  ) {
    const all = get(trace, 'processes');
    this.all = isRecord(all) ? all : {};
  }

  of(span: JsonObject, at: string): Process {
    const own = optionalObject(span, 'process', at);
    if (own) return this.read(own, `${at}.process`);
    const id = textOf(get(span, 'processID'));
    let process = this.known.get(id);
    if (!process) {
      const value = Object.hasOwn(this.all, id) ? this.all[id] : undefined;
      process = isRecord(value) ? this.read(value, `${this.at}.processes.${id.slice(0, 40)}`) : NO_PROCESS;
      this.known.set(id, process);
    }
    return process;
  }

  private read(process: JsonObject, at: string): Process {
    const tags = new Tags(process, 'tags', at, this.budget);
    tags.rename('hostname', 'host.name');
    const service = get(process, 'serviceName');
    const name: Attributes = typeof service === 'string' && service !== NO_SERVICE ? [['service.name', service]] : [];
    const resource = [...name, ...tags.rest()];
    const key = JSON.stringify(resource, keyPart);
    const known = this.registry.get(key);
    if (known) return known;
    this.budget.charge(COST.owner);
    const read = { id: this.registry.size + 1, resource };
    this.registry.set(key, read);
    return read;
  }
}

/** Values of different types are different. */
function keyPart(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { int: String(value) } : value;
}
