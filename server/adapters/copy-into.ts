/**
 * COPY ... FROM STDIN of bytes that are there already. Statement, data and end leave in one write: PostgreSQL reads them in turn, and
 * drops data whose statement failed ("COPY Operations" in the documentation of its protocol). pg-copy-streams
 * waits for the answer to the statement first, and writes each piece by itself.
 */
import type pg from 'pg';

/** What pg's types leave out of a connection. */
interface CopyingConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** A query as pg's client runs it. */
class CopyInto implements pg.Submittable {
  /** pg puts something else here where a query may take only so long. */
  callback: () => void = () => {};

  constructor(
    private readonly sql: string,
    private readonly data: Buffer,
    private readonly onDone: () => void,
    private readonly onError: (error: Error) => void,
  ) {}

  submit(connection: pg.Connection): void {
    const copying = connection as CopyingConnection;
    copying.stream.cork();
    copying.query(this.sql);
    copying.sendCopyFromChunk(this.data);
    copying.endCopyFrom();
    copying.stream.uncork();
  }

  handleCopyInResponse(): void {}

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback();
    this.onDone();
  }

  handleError(error: Error): void {
    this.callback();
    this.onError(error);
  }
}

export function copyInto(connection: pg.ClientBase, sql: string, data: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    connection.query(new CopyInto(sql, bytes, resolve, reject));
  });
}
