/** Stores what was uploaded: every line of a file of OTLP JSON, or one OTLP request in protobuf, as if it had been exported. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { SpoorError } from '../../../../core/model/errors';
import { JsonShapeError } from '../../../../core/otlp/json-shape-error';
import { WireError } from '../../../../core/otlp/wire-reader';
import { BOOL, decodeRows, INT8, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { BodyReader } from '../../../../services/ingest/bodies/body-reader';
import { NotJson, type ReadExport } from '../../../../services/ingest/bodies/read-export';
import { type Signal, signalNamed, signalOfProtobuf } from '../../../../services/ingest/signals';
import type { IngestPort } from '../../traces/service/ingest';
import { BadFile, type Line, type LineLimits, linesOf } from './lines';
import { type ImportWork, partOf } from './uploads';

/** Of one line, and of a whole request: as much as may come at once over HTTP. */
const MAX_REQUEST_BYTES = 64 * 1024 * 1024;
/** 1 GiB packed well, and more lines than a file of that size has. */
const LIMITS: LineLimits = { lineBytes: MAX_REQUEST_BYTES, fileBytes: 32 * 1024 ** 3, lines: 10_000_000 };
const SPEC = { project_id: TEXT, format: TEXT, gzip: BOOL, parts: INT8, state: TEXT };

export class Imports {
  constructor(
    private readonly sql: SqlClient,
    private readonly ingest: Pick<IngestPort, 'store'>,
    private readonly bodies: Pick<BodyReader, 'readExport'>,
  ) {}

  /** Done again after it was cut off, it stores the same once. @throws Error when it should be tried again */
  async run({ workspaceId, uploadId }: ImportWork): Promise<void> {
    const rows = await this.sql.query(
      `select project_id::text as project_id, format, gzip, state, (select count(*) from upload_part p
         where p.workspace_id = u.workspace_id and p.upload_id = u.id) as parts
       from upload u where workspace_id = $1 and id = $2::uuid`,
      [workspaceId, uploadId],
    );
    const [upload] = decodeRows(SPEC, rows);
    if (upload?.state !== 'importing') return;
    const counts = { requests: 0, rejected: 0 };
    const end = (state: 'done' | 'failed', error: string | null): Promise<void> =>
      this.sql.transaction(async (tx) => {
        await tx.query(
          `update upload set state = $3, error = $4, requests = $5, rejected = $6, updated_at = now()
           where workspace_id = $1 and id = $2::uuid`,
          [workspaceId, uploadId, state, error, counts.requests, counts.rejected],
        );
        await tx.query('delete from upload_part where workspace_id = $1 and upload_id = $2::uuid', [
          workspaceId,
          uploadId,
        ]);
      });
    const parts = this.bytes(workspaceId, uploadId, Number(upload.parts));
    const content = upload.gzip ? pipeline(Readable.from(parts), createGunzip(), () => {}) : parts;
    try {
      for await (const { signal, request, refused } of this.requestsIn(content, upload.format)) {
        const { rejected } = await this.ingest.store({ workspaceId, projectId: upload.project_id }, signal, request);
        counts.requests++;
        counts.rejected += rejected + refused;
      }
    } catch (error) {
      if (error instanceof BadFile || error instanceof WireError || isTooLarge(error) || isBadGzip(error)) {
        return end('failed', `${(error as Error).message} What came before it was stored.`);
      }
      throw error;
    }
    await end('done', null);
  }

  private async *bytes(workspaceId: number, uploadId: string, parts: number): AsyncGenerator<Uint8Array> {
    for (let n = 1; n <= parts; n++) yield await partOf(this.sql, workspaceId, uploadId, n);
  }

  private async *requestsIn(content: AsyncIterable<Uint8Array>, format: string): AsyncGenerator<FoundRequest> {
    if (format === 'otlp-protobuf') {
      const request = await whole(content);
      yield { signal: signalOfProtobuf(request), request, refused: 0 };
      return;
    }
    for await (const line of linesOf(content, LIMITS)) {
      const request = await this.requestOf(line);
      if (request) yield request;
    }
  }

  /** Null: there is only space in it. */
  private async requestOf({ number, bytes }: Line): Promise<FoundRequest | null> {
    if (bytes.every(isSpace)) return null;
    let found: ReadExport;
    try {
      found = await this.bodies.readExport(bytes, { path: '/', signal: null });
    } catch (error) {
      if (error instanceof JsonShapeError || error instanceof NotJson || isTooLarge(error)) {
        throw new BadFile(`Line ${number} is no OTLP in JSON: ${error.message.replace(/\.$/, '')}.`);
      }
      throw error;
    }
    if (found.look !== null) throw new BadFile(`Line ${number} is no OTLP in JSON: it looks like ${found.look}.`);
    return { signal: signalNamed(found.signal), request: found.protobuf, refused: found.refused };
  }
}

interface FoundRequest {
  readonly signal: Signal;
  /** Protobuf. */
  readonly request: Uint8Array;
  /** Records of it that cannot be read. */
  readonly refused: number;
}

/** Of JSON. */
function isSpace(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}

async function whole(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_REQUEST_BYTES) throw new BadFile('A request in protobuf is at most 64 MiB: use lines of JSON.');
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/** Of what a request would become; the file is at fault. */
function isTooLarge(error: unknown): error is SpoorError {
  return error instanceof SpoorError && error.code === 'PAYLOAD_TOO_LARGE';
}

function isBadGzip(error: unknown): boolean {
  return /^Z_/.test(String((error as { code?: unknown } | null)?.code ?? ''));
}
