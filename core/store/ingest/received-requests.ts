/**
 * Requests of logs and metrics received in the last hour, by digest. Exporters send a request again when its answer was lost, byte
 * for byte; nothing else tells a second delivery of a log record from a second record.
 */
import { hexFromBytes } from '../../model/ids';
import { BYTEA, decodeRows } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';

const KEPT = "interval '1 hour'";
/** Requests between two clearings. */
const CLEAR_EVERY = 1_000;

export class ReceivedRequests {
  private known: Set<string> | null = null;
  private fresh: string[] = [];
  private sinceClearing = 0;

  constructor(private readonly workspaceId: number) {}

  committed(): void {
    this.fresh = [];
  }

  rolledBack(): void {
    for (const digest of this.fresh) this.known?.delete(digest);
    this.fresh = [];
  }

  /** Notes the request; false when it was received before. */
  async isNew(tx: SqlClient, digest: Uint8Array): Promise<boolean> {
    if (this.sinceClearing >= CLEAR_EVERY) {
      await tx.execute(`delete from received_request where workspace_id = $1 and received_at < now() - ${KEPT}`, [
        this.workspaceId,
      ]);
      this.known = null;
      this.sinceClearing = 0;
    }
    this.known ??= await this.read(tx);
    const hex = hexFromBytes(digest, 0, digest.length);
    if (this.known.has(hex)) return false;
    this.known.add(hex);
    this.fresh.push(hex);
    this.sinceClearing++;
    await tx.execute('insert into received_request (workspace_id, digest) values ($1, $2) on conflict do nothing', [
      this.workspaceId,
      digest,
    ]);
    return true;
  }

  private async read(tx: SqlClient): Promise<Set<string>> {
    const rows = await tx.query(
      `select digest from received_request where workspace_id = $1 and received_at >= now() - ${KEPT}`,
      [this.workspaceId],
    );
    return new Set(decodeRows({ digest: BYTEA }, rows).map(({ digest }) => hexFromBytes(digest, 0, digest.length)));
  }
}
