/**
 * COPY ... FROM STDIN of bytes that are there already. Statement, data and end leave in one write: PostgreSQL reads them in turn, and
 * drops data whose statement failed ("COPY Operations" in the documentation of its protocol). pg-copy-streams
 * waits for the answer to the statement first, and writes each piece by itself, which a connection that pipelines cannot do.
 */
import pg from 'pg';

/** What pg's types leave out of a connection. */
interface CopyingConnection extends pg.Connection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** As one of pg's own queries: a connection that pipelines takes no other. */
class CopyInto extends pg.Query {
  constructor(sql: string, data: Buffer, onEnd: (error: Error | undefined) => void) {
    super(sql, onEnd);
    this.submit = (connection) => {
      const copying = connection as CopyingConnection;
      copying.stream.cork();
      copying.query(sql);
      copying.sendCopyFromChunk(data);
      copying.endCopyFrom();
      copying.stream.uncork();
    };
  }

  /** The data is on its way. */
  handleCopyInResponse(): void {}
}

export function copyInto(connection: pg.ClientBase, sql: string, data: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    connection.query(new CopyInto(sql, bytes, (error) => (error ? reject(error) : resolve())));
  });
}
