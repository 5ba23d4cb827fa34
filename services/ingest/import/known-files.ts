/** Files that people have beside traces: what they are, and what opens them. */
import { isRecord } from '../../../core/formats/is-record';

interface KnownFile {
  readonly what: string;
  readonly opens: string;
}

const JSON_FILES: readonly (KnownFile & { matches(file: Readonly<Record<string, unknown>>): boolean })[] = [
  {
    what: 'a CPU profile of V8',
    opens: 'Chrome DevTools or speedscope.app',
    matches: ({ nodes, samples, startTime }) =>
      Array.isArray(nodes) && (Array.isArray(samples) || startTime !== undefined),
  },
  {
    what: 'a profile of speedscope',
    opens: 'speedscope.app',
    matches: ({ $schema, profiles, shared }) =>
      (typeof $schema === 'string' && $schema.includes('speedscope')) || (Array.isArray(profiles) && isRecord(shared)),
  },
  {
    what: 'a profile of the Firefox Profiler',
    opens: 'profiler.firefox.com',
    matches: ({ meta, threads }) => isRecord(meta) && Array.isArray(threads),
  },
  {
    what: 'a HAR file, a recording of HTTP requests',
    opens: 'the network panel of a browser',
    matches: ({ log }) => isRecord(log) && Array.isArray(log.entries),
  },
  {
    what: 'a heap snapshot of V8',
    opens: 'Chrome DevTools',
    matches: ({ snapshot, nodes }) => isRecord(snapshot) && Array.isArray(nodes),
  },
  {
    what: 'a dashboard of Grafana',
    opens: 'Grafana',
    matches: ({ panels, schemaVersion }) => Array.isArray(panels) && schemaVersion !== undefined,
  },
  {
    what: 'a notebook of Jupyter',
    opens: 'Jupyter',
    matches: ({ cells, nbformat }) => Array.isArray(cells) && nbformat !== undefined,
  },
  {
    what: 'a trace of Langfuse',
    opens: 'Langfuse; its OpenTelemetry endpoint takes the same traces as OTLP, and so does Spoor',
    matches: ({ trace, observations }) => isRecord(trace) && Array.isArray(observations),
  },
];

const BYTES: readonly (KnownFile & { readonly magic: string })[] = [
  { magic: '89504e470d0a1a0a', what: 'a picture (PNG)', opens: 'an image viewer' },
  { magic: 'ffd8ff', what: 'a picture (JPEG)', opens: 'an image viewer' },
  { magic: '47494638', what: 'a picture (GIF)', opens: 'an image viewer' },
  { magic: '25504446', what: 'a PDF document', opens: 'a PDF viewer' },
  { magic: '53514c69746520666f726d6174203300', what: 'a database of SQLite', opens: 'SQLite' },
  { magic: '50415231', what: 'a Parquet file', opens: 'DuckDB or pandas' },
  { magic: '7f454c46', what: 'a program (ELF)', opens: 'the system that it is for' },
  { magic: '4d5a', what: 'a program (Windows)', opens: 'the system that it is for' },
  { magic: '504552464649', what: 'a recording of perf', opens: 'perf script' },
  { magic: '377abcaf271c', what: 'an archive (7-Zip)', opens: '7-Zip: take the files out first' },
  { magic: 'fd377a585a00', what: 'a file packed with xz', opens: 'xz: unpack it first' },
  { magic: '425a68', what: 'a file packed with bzip2', opens: 'bzip2: unpack it first' },
  { magic: '3c', what: 'a page or a document of XML', opens: 'a browser' },
];

/** Null: nobody knows. */
export function knownJson(document: unknown): string | null {
  const first = Array.isArray(document) ? document.find(isRecord) : document;
  if (!isRecord(first)) return null;
  const known = JSON_FILES.find((file) => file.matches(first));
  return known ? `${known.what}, which is no file of traces: open it with ${known.opens}` : null;
}

export function knownBytes(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 32)).toString('hex');
  const known = BYTES.find(({ magic }) => head.startsWith(magic));
  if (known) return `${known.what}, which is no file of traces: open it with ${known.opens}`;
  return isPerfetto(bytes)
    ? 'a trace of Perfetto in protobuf: open it in ui.perfetto.dev, or convert it with `traceconv json` and import that'
    : null;
}

/** Field 1 again and again, each with a clock, a sequence or the like of `TracePacket`; no message of OTLP has these inside field 1. */
function isPerfetto(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x0a || bytes.length < 4) return false;
  const size = (bytes[1] as number) < 0x80 ? (bytes[1] as number) : -1;
  if (size < 0 || bytes[2 + size] !== 0x0a) return false;
  const packet = bytes.subarray(2, 2 + size);
  // trusted_packet_sequence_id (10), timestamp (8), synchronization_marker (36), clock_snapshot (6).
  return [0x50, 0x40, 0x32].includes(packet[0] ?? 0) || (packet[0] === 0xa2 && packet[1] === 0x02);
}
