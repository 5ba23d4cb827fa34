/** Imports a file: whatever it is packed in, format and encoding are told by its content, and its records go the way of all others. */
import { setImmediate } from 'node:timers/promises';
import type { FileImportReport } from '../../../core/api/file-import';
import type { Format, FormatReader, FormatTools, SignalRequest } from '../../../core/formats/format';
import { FORMATS, formatOf } from '../../../core/formats/formats';
import { SpoorError } from '../../../core/model/errors';
import { parseExactJson } from '../../../core/otlp/exact-json';
import { WrittenRecords } from '../../../core/otlp/json-envelope';
import { splitRequest } from '../../../core/otlp/split-request';
import { lookOfJson } from '../../../core/otlp/unknown-json';
import type { Intake } from '../intake';
import { signalNamed, signalOfProtobuf, TRACES } from '../signals';
import { contentOf, filesIn } from './archives';
import { documentsOf, type FileDocument } from './documents';
import { knownBytes, knownJson } from './known-files';
import { unpacked } from './unpacked';

/** Of a request that is stored at once: exports wait while one is decoded. */
const PIECE_BYTES = 2 * 1024 * 1024;
const MAX_REASONS = 20;
/** After so many, others have their turn. */
const DOCUMENTS_A_TURN = 100;
/** A file of more is none of telemetry: packed, it may go on for as good as ever. */
const MAX_UNREADABLE_DOCUMENTS = 100_000;

const COUNTS = { traces: 'spans', logs: 'logRecords', metrics: 'metricPoints' } as const;

/** One file: what a document says of others before it is known to those after it. */
export class FileImport {
  private readonly readers = new Map<Format, FormatReader>();
  private readonly formats = new Set<string>();
  private readonly reasons = new Set<string>();
  private readonly counts = {
    documents: 0,
    spans: 0,
    logRecords: 0,
    metricPoints: 0,
    duplicates: 0,
    rejected: 0,
    rejectedDocuments: 0,
  };

  constructor(
    private readonly intake: Pick<Intake, 'store'>,
    private readonly tools: FormatTools,
  ) {}

  /**
   * Resolves when all that could be read is on disk.
   * @throws SpoorError VALIDATION_ERROR where nothing of it was understood, PAYLOAD_TOO_LARGE, SERVICE_UNAVAILABLE
   */
  async read(file: AsyncIterable<Uint8Array>): Promise<FileImportReport> {
    for await (const { name, bytes } of filesIn(unpacked(file))) {
      if (name === null) await this.readDocuments(bytes, '');
      else await this.readInArchive(bytes, `${name}: `);
    }
    const { documents, rejectedDocuments } = this.counts;
    const [reason] = this.reasons;
    if (documents === 0) throw new SpoorError('VALIDATION_ERROR', 'The file is empty.');
    if (documents === rejectedDocuments) throw new SpoorError('VALIDATION_ERROR', `Nothing was imported: ${reason}.`);
    return { formats: [...this.formats], ...this.counts, reasons: [...this.reasons] };
  }

  /** One that cannot be read leaves the others. */
  private async readInArchive(bytes: AsyncIterable<Uint8Array>, where: string): Promise<void> {
    const { documents } = this.counts;
    // Entries are unpacked at once.
    await setImmediate();
    try {
      await this.readDocuments(contentOf(bytes), where);
      if (this.counts.documents === documents) this.leaveOut(`${where}it is empty`);
    } catch (error) {
      if (!(error instanceof SpoorError) || !OF_THE_FILE.has(error.code)) throw error;
      this.leaveOut(where + error.message);
    }
  }

  private leaveOut(reason: string): void {
    this.counts.documents++;
    this.reject(reason);
  }

  private reject(reason: string): void {
    this.because(reason);
    if (++this.counts.rejectedDocuments <= MAX_UNREADABLE_DOCUMENTS) return;
    throw new SpoorError(
      'PAYLOAD_TOO_LARGE',
      `More than ${MAX_UNREADABLE_DOCUMENTS} documents of the file cannot be read (the last: ${reason}). What stood before them is imported.`,
    );
  }

  /** @param where before the reasons */
  private async readDocuments(bytes: AsyncIterable<Uint8Array>, where: string): Promise<void> {
    for await (const document of documentsOf(bytes)) {
      this.counts.documents++;
      // What is read already keeps the thread to itself, and those that cannot be read wait for nothing.
      if (this.counts.documents % DOCUMENTS_A_TURN === 0) await setImmediate();
      try {
        for (const request of this.requestsOf(document)) await this.store(request);
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        this.reject(`${where}${document.line === null ? '' : `line ${document.line}: `}${error.message}`);
      }
    }
  }

  /** @throws Unreadable */
  private requestsOf(document: FileDocument): readonly SignalRequest[] {
    const { bytes } = document;
    if (document.kind === 'protobuf') return this.fromProtobuf(bytes);
    const json = this.jsonOf(bytes);
    const format = formatOf(json);
    if (!format) {
      const look = knownJson(json) ?? lookOfJson(json, TRACES.httpPath) ?? 'nothing that Spoor reads';
      throw new Unreadable(`it looks like ${look}`);
    }
    const records = new WrittenRecords();
    const requests = readable(() => this.reader(format).fromJson(json, records), `it is not ${format.title}`);
    this.formats.add(format.name);
    this.counts.rejected += records.refused;
    for (const reason of [records.reason, records.notice]) if (reason !== '') this.because(reason);
    return requests;
  }

  /** Of a file that was cut off, what is whole of it. @throws Unreadable */
  private jsonOf(bytes: Uint8Array): unknown {
    try {
      return parseExactJson(bytes);
    } catch (error) {
      if (error instanceof SpoorError) throw error;
      for (const { mended } of FORMATS) {
        const found = mended && readable(() => mended(bytes), NOT_JSON);
        if (!found || !formatOf(found.document)) continue;
        this.counts.rejected += found.leftOut;
        if (found.isCutOff) this.because('the end of the file is missing');
        return found.document;
      }
      throw new Unreadable(`${NOT_JSON} (${error instanceof Error ? error.message : String(error)})`);
    }
  }

  private fromProtobuf(bytes: Uint8Array): readonly SignalRequest[] {
    const known = knownBytes(bytes);
    if (known !== null) throw new Unreadable(`it looks like ${known}`);
    const pieces = readable(() => splitRequest(bytes, PIECE_BYTES), UNKNOWN_BYTES);
    const [first] = pieces;
    const signal = first && signalOfProtobuf(first);
    if (!signal || readable(() => signal.decode(first), UNKNOWN_BYTES).batch.length === 0)
      throw new Unreadable(UNKNOWN_BYTES);
    this.formats.add('protobuf');
    return pieces.map((protobuf) => ({ signal: signal.name, protobuf }));
  }

  private reader(format: Format): FormatReader {
    const known = this.readers.get(format);
    if (known) return known;
    const reader = format.open(this.tools);
    this.readers.set(format, reader);
    return reader;
  }

  private async store({ signal, protobuf }: SignalRequest): Promise<void> {
    for (const piece of splitRequest(protobuf, PIECE_BYTES)) {
      const { kept, duplicates, rejected, reason } = await this.intake.store(signalNamed(signal), piece);
      this.counts[COUNTS[signal]] += kept;
      this.counts.duplicates += duplicates;
      this.counts.rejected += rejected;
      if (reason !== '') this.because(reason);
    }
  }

  private because(reason: string): void {
    if (this.reasons.size < MAX_REASONS) this.reasons.add(reason);
  }
}

/** What is wrong is the file, and not that it cannot be stored now. */
const OF_THE_FILE: ReadonlySet<string> = new Set(['VALIDATION_ERROR', 'PAYLOAD_TOO_LARGE']);
const NOT_JSON = 'it is not JSON';
const UNKNOWN_BYTES = 'it is neither JSON nor an export request in protobuf';

/** A document that is left out; the others count. */
class Unreadable extends Error {}

/** @throws Unreadable, SpoorError PAYLOAD_TOO_LARGE */
function readable<T>(read: () => T, otherwise: string): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SpoorError) throw error;
    throw new Unreadable(`${otherwise} (${error instanceof Error ? error.message : String(error)})`);
  }
}
