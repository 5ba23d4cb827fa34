/** COPY ... TO STDOUT into memory, as one of pg's own queries: a connection that pipelines takes no stream. */
import pg from 'pg';

const FIRST_BYTES = 16 * 1024;

class CopyOutOf extends pg.Query {
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private length = 0;

  constructor(sql: string, onEnd: (error: Error | undefined, data: Uint8Array) => void) {
    super(sql, (error) => onEnd(error, this.bytes.subarray(0, this.length)));
  }

  /** Of a row; the memory is pg's, which uses it again. */
  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    const end = this.length + chunk.length;
    if (end > this.bytes.length) {
      const more = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * 2));
      this.bytes.copy(more, 0, 0, this.length);
      this.bytes = more;
    }
    this.bytes.set(chunk, this.length);
    this.length = end;
  }
}

export function copyOutOf(connection: pg.ClientBase, sql: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    connection.query(new CopyOutOf(sql, (error, data) => (error ? reject(error) : resolve(data))));
  });
}
