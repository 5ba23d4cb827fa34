/** What twelve services have logged in two days: messages of a few kinds, some structured, three in ten with a trace. */
import { WireWriter } from '../../core/otlp/wire-writer';
import { attribute, mix, SERVICES, traceIdOf, WORDS } from './stored-load';

const LOG_HOURS = 48;
const NS_PER_HOUR = 3_600_000_000_000n;
const RECORDS_PER_REQUEST = 1_000;
const DEBUG = 5;
const INFO = 9;
const WARN = 13;
const ERROR = 17;

/** Records spread evenly over the two days before `untilNs`, oldest first. */
export function* storedLogs(count: number, untilNs: bigint): Generator<Uint8Array> {
  const stepNs = (BigInt(LOG_HOURS) * NS_PER_HOUR) / BigInt(count);
  for (let first = 0; first < count; first += RECORDS_PER_REQUEST) {
    const last = Math.min(count, first + RECORDS_PER_REQUEST);
    yield requestOf(first, last, (n) => untilNs - BigInt(count - n) * stepNs);
  }
}

function requestOf(first: number, last: number, timeOf: (n: number) => bigint): Uint8Array {
  const writer = new WireWriter((last - first) * 300);
  for (const [service, name] of SERVICES.entries()) {
    writer.message(1, (resourceLogs) => {
      resourceLogs.message(1, (resource) => {
        attribute(resource, 1, 'service.name', name);
        attribute(resource, 1, 'deployment.environment.name', service % 4 === 0 ? 'staging' : 'production');
      });
      resourceLogs.message(2, (scopeLogs) => {
        scopeLogs.message(1, (scope) => scope.string(1, `${name}.log`));
        for (let n = first; n < last; n++) {
          if (n % SERVICES.length === service) scopeLogs.message(2, (record) => writeRecord(record, n, timeOf(n)));
        }
      });
    });
  }
  return writer.finish();
}

function writeRecord(record: WireWriter, n: number, timeNs: bigint): void {
  const random = mix(n);
  const severity = random % 97 === 0 ? ERROR : random % 19 === 0 ? WARN : random % 4 === 0 ? DEBUG : INFO;
  record.fixed64(1, timeNs);
  record.varint(2, severity);
  record.message(5, (body) =>
    random % 20 === 7 ? writeStructured(body, n, random) : body.string(1, textOf(n, random)),
  );
  attribute(record, 6, 'http.route', `/api/items/${random % 200}`);
  attribute(record, 6, 'thread.id', random % 64);
  attribute(record, 6, 'enduser.id', `user-${random % 5_000}`);
  attribute(record, 6, 'request.id', `request-${random.toString(36)}-${n}`);
  if (random % 10 < 3) {
    record.data(9, traceIdOf(n >> 4));
    const spanId = new Uint8Array(8);
    new DataView(spanId.buffer).setBigUint64(0, BigInt(n + 1));
    record.data(10, spanId);
  }
  record.fixed64(11, timeNs + 1_000_000n);
}

function textOf(n: number, random: number): string {
  const word = (at: number): string => WORDS[mix(random + at) % WORDS.length] as string;
  switch (random % 7) {
    case 0:
      return `request served in ${random % 900} ms with status ${random % 50 === 0 ? 500 : 200}`;
    case 1:
      return `connection to 10.0.${random % 4}.${random % 50} timed out after ${random % 30} s`;
    case 2:
      return `cache miss for ${word(1)} in ${word(2)}`;
    case 3:
      return `user user-${random % 5_000} added ${word(1)} to the cart`;
    // One record in ten thousand has a word of its own.
    case 4:
      return `job ${word(1)} ${word(2)} ${word(3)} finished${n % 10_000 === 7 ? ` needle${n}` : ''}`;
    default:
      return Array.from({ length: 12 }, (_, i) => word(i)).join(' ');
  }
}

function writeStructured(body: WireWriter, n: number, random: number): void {
  body.message(6, (list) => {
    attribute(list, 1, 'message', textOf(n, random));
    attribute(list, 1, 'duration_ms', random % 900);
    attribute(list, 1, 'code', `E${random % 40}`);
  });
}
