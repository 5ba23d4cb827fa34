/**
 * Decodes an OTLP ExportMetricsServiceRequest (protobuf) into columns: numbers where a point is a number, the rest of each
 * point checked and kept verbatim. Source: opentelemetry-proto 1.11, metrics/v1/metrics.proto.
 */
import { ByteTable } from '../model/byte-table';
import { GrowingBytes, grown } from '../model/growing';
import {
  type BatchMetric,
  type MetricBatch,
  type MetricKind,
  NUMBER_DOUBLE,
  NUMBER_INT,
  NUMBER_NONE,
} from '../model/metric-batch';
import { withoutNul } from '../model/nul';
import { checkKeyValue } from './check-body';
import { COST, DecodeBudget } from './decode-budget';
import { Envelopes, type RecordOwner } from './envelope';
import { KIND_FIELDS, POINT_ATTRIBUTES, readPointField } from './metric-point';
import { isPossibleTime } from './sent-times';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT, WireReader } from './wire-reader';

export interface DecodedMetrics {
  readonly batch: MetricBatch;
  /** What decoding charged, in bytes. */
  readonly cost: number;
  /** Data points left out. */
  readonly rejected: number;
  /** Why the first of them was left out; empty when none was. */
  readonly rejectedReason: string;
  /** What the sender should know of points that are kept; empty: nothing. */
  readonly notice: string;
}

const MAX_INT64 = 0x7fff_ffff_ffff_ffffn;
/** The metric of a point that is read and not kept. */
const REPLACED = -1;

/**
 * @param digest names the request (see MetricBatch)
 * @param receivedNs where data points are placed whose times cannot be true; null: they stand as they are
 * @throws WireError when `bytes` is not an ExportMetricsServiceRequest, SpoorError PAYLOAD_TOO_LARGE
 */
export function decodeMetrics(bytes: Uint8Array, digest: Uint8Array, receivedNs: bigint | null = null): DecodedMetrics {
  return new MetricDecoder(bytes, receivedNs).decode(digest);
}

class MetricDecoder {
  private length = 0;
  private series = new Uint32Array(64);
  private timeNs = new BigInt64Array(64);
  private startNs = new BigInt64Array(64);
  private numberKind = new Uint8Array(64);
  private double = new Float64Array(64);
  private int = new BigInt64Array(64);
  private restEnd = new Uint32Array(64);
  private readonly rest = new GrowingBytes();
  /** Series by metric number and attributes. */
  private readonly seriesKeys = new ByteTable(64, 4096);
  private seriesMetric = new Uint32Array(64);
  private attributesEnd = new Uint32Array(64);
  private readonly attributes = new GrowingBytes();
  private readonly metrics: BatchMetric[] = [];
  private readonly checker: WireReader;
  private readonly budget = new DecodeBudget();
  private rejected = 0;
  private rejectedReason = '';

  constructor(
    private readonly bytes: Uint8Array,
    private readonly receivedNs: bigint | null,
  ) {
    this.checker = new WireReader(bytes, 0, bytes.length, this.budget);
  }

  decode(digest: Uint8Array): DecodedMetrics {
    const envelopes = new Envelopes(this.bytes, null, this.budget, COST.series);
    envelopes.each((reader, owner) => this.metric(reader, owner));
    const n = this.length;
    const seriesCount = this.seriesKeys.count;
    return {
      batch: {
        signal: 'metrics',
        length: n,
        digest,
        series: this.series.slice(0, n),
        timeNs: this.timeNs.slice(0, n),
        startNs: this.startNs.slice(0, n),
        numberKind: this.numberKind.slice(0, n),
        double: this.double.slice(0, n),
        int: this.int.slice(0, n),
        restEnd: this.restEnd.slice(0, n),
        rest: this.rest.finish(),
        seriesMetric: this.seriesMetric.slice(0, seriesCount),
        attributesEnd: this.attributesEnd.slice(0, seriesCount),
        attributes: this.attributes.finish(),
        metrics: this.metrics,
        resources: envelopes.resources,
        scopes: envelopes.scopes,
      },
      cost: this.budget.spent,
      rejected: this.rejected,
      rejectedReason: this.rejectedReason,
      notice: '',
    };
  }

  private metric(reader: WireReader, { resource, scope }: RecordOwner): void {
    const { pos: start, end } = reader;
    const { kind, dataStart, ...header } = this.metricHeader(reader);
    // A metric without data says nothing.
    if (kind === null) return;
    const index = this.metrics.push({ ...header, kind, resource, scope }) - 1;
    const again = new WireReader(this.bytes, start, end, this.budget);
    while (again.next()) {
      const kindHere = KIND_FIELDS.get(again.field);
      if (!kindHere) {
        again.skip();
        continue;
      }
      // Data that later ones replace must be readable all the same: the request is OTLP or it is not.
      const owner = again.tagStart >= dataStart ? index : REPLACED;
      const data = again.message();
      while (data.next()) {
        if (data.field !== 1) data.skip();
        else {
          data.expect(WIRE_BYTES);
          this.budget.charge(COST.point);
          this.point(data.message(), owner, kindHere, header.name);
        }
      }
    }
  }

  /** Everything of a metric but its points; of several kinds the last counts, as for any oneof. */
  private metricHeader(
    reader: WireReader,
  ): Omit<BatchMetric, 'kind' | 'resource' | 'scope'> & { kind: MetricKind | null; dataStart: number } {
    const text = { name: '', description: '', unit: '' };
    const metadata = new GrowingBytes(new Uint8Array(64));
    let kind: MetricKind | null = null;
    let dataStart = 0;
    let temporality = 0;
    let monotonic = false;
    while (reader.next()) {
      const kindHere = KIND_FIELDS.get(reader.field);
      if (reader.field >= 1 && reader.field <= 3) {
        reader.expect(WIRE_BYTES);
        const name = (['name', 'description', 'unit'] as const)[reader.field - 1] as 'name';
        text[name] = withoutNul(reader.string());
      } else if (reader.field === 12) {
        reader.expect(WIRE_BYTES);
        const length = reader.skipLengthDelimited();
        this.addKeyValue(metadata, reader.pos - length, reader.pos);
      } else if (kindHere) {
        reader.expect(WIRE_BYTES);
        if (kind !== kindHere) {
          kind = kindHere;
          dataStart = reader.tagStart;
          temporality = 0;
          monotonic = false;
        }
        const data = reader.message();
        while (data.next()) {
          if (data.field === 2 && kind !== 'gauge' && kind !== 'summary') {
            data.expect(WIRE_VARINT);
            temporality = data.uint32();
          } else if (data.field === 3 && kind === 'sum') {
            data.expect(WIRE_VARINT);
            monotonic = data.uint32() !== 0;
          } else data.skip();
        }
      } else reader.skip();
    }
    if (temporality > 0x7f) temporality = 0;
    return { ...text, kind, dataStart, temporality, monotonic, metadata: metadata.finish() };
  }

  /** @param metric that the point is kept for, or `REPLACED` */
  private point(reader: WireReader, metric: number, kind: MetricKind, metricName: string): void {
    const attributes = new GrowingBytes(new Uint8Array(128));
    const restStart = this.rest.length;
    let timeNs = 0n;
    let startNs = 0n;
    let numberKind = NUMBER_NONE;
    let double = 0;
    let int = 0n;
    const isNumber = kind === 'gauge' || kind === 'sum';
    while (reader.next()) {
      const { tagStart } = reader;
      if (reader.field === POINT_ATTRIBUTES[kind]) {
        reader.expect(WIRE_BYTES);
        const length = reader.skipLengthDelimited();
        this.addKeyValue(attributes, reader.pos - length, reader.pos);
      } else if (reader.field === 2 || reader.field === 3) {
        reader.expect(WIRE_FIXED64);
        const ns = reader.fixed64();
        const isStart = reader.field === 2;
        if (isStart) startNs = ns;
        else timeNs = ns;
        if (this.isDoubtful(ns, isStart)) this.rest.add(this.bytes, tagStart, reader.pos);
      } else if (isNumber && reader.field === 4) {
        reader.expect(WIRE_FIXED64);
        numberKind = NUMBER_DOUBLE;
        double = reader.double();
      } else if (isNumber && reader.field === 6) {
        reader.expect(WIRE_FIXED64);
        numberKind = NUMBER_INT;
        int = BigInt.asIntN(64, reader.fixed64());
      } else {
        readPointField(kind, reader, {}); // it is stored as it came, so it must be readable
        this.rest.add(this.bytes, tagStart, reader.pos);
      }
    }
    if (metric === REPLACED) {
      this.rest.truncate(restStart);
      return;
    }
    const { receivedNs } = this;
    if (receivedNs !== null) {
      if (!isPossibleTime(timeNs, receivedNs)) timeNs = receivedNs;
      if (startNs > MAX_INT64) startNs = 0n;
    } else if (timeNs > MAX_INT64 || startNs > MAX_INT64) {
      this.rejected++;
      this.rejectedReason ||= `data point of ${JSON.stringify(metricName.slice(0, 80))}: the time lies beyond the year 2262`;
      this.rest.truncate(restStart);
      return;
    }
    const i = this.length++;
    this.grow(this.length);
    this.series[i] = this.seriesOf(metric, attributes.finish());
    this.timeNs[i] = timeNs;
    this.startNs[i] = startNs;
    this.numberKind[i] = numberKind;
    this.double[i] = double;
    this.int[i] = int;
    this.restEnd[i] = this.rest.length;
  }

  /** What no column holds as it was sent, is kept as it came. A start is only shown, so it may be whatever fits. */
  private isDoubtful(ns: bigint, isStart: boolean): boolean {
    if (this.receivedNs === null) return false;
    return isStart ? ns > MAX_INT64 : !isPossibleTime(ns, this.receivedNs);
  }

  private addKeyValue(to: GrowingBytes, start: number, end: number): void {
    this.budget.charge(COST.item);
    this.checker.reset(start, end);
    checkKeyValue(this.checker, 0);
    to.add(fieldOne(end - start));
    to.add(this.bytes, start, end);
  }

  private seriesOf(metric: number, attributes: Uint8Array): number {
    const key = new Uint8Array(4 + attributes.length);
    new DataView(key.buffer).setUint32(0, metric);
    key.set(attributes, 4);
    const known = this.seriesKeys.find(key, 0, key.length);
    if (known >= 0) return known;
    this.budget.charge(COST.series);
    const series = this.seriesKeys.add(key, 0, key.length);
    this.attributes.add(attributes);
    this.seriesMetric = grown(this.seriesMetric, series + 1);
    this.attributesEnd = grown(this.attributesEnd, series + 1);
    this.seriesMetric[series] = metric;
    this.attributesEnd[series] = this.attributes.length;
    return series;
  }

  private grow(length: number): void {
    this.series = grown(this.series, length);
    this.timeNs = grown(this.timeNs, length);
    this.startNs = grown(this.startNs, length);
    this.numberKind = grown(this.numberKind, length);
    this.double = grown(this.double, length);
    this.int = grown(this.int, length);
    this.restEnd = grown(this.restEnd, length);
  }
}

/** Tag and length of field 1. */
function fieldOne(length: number): Uint8Array {
  const bytes = [(1 << 3) | WIRE_BYTES];
  let rest = length;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
