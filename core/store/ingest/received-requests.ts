/**
 * Requests of logs and metrics received in the last hour, by digest. Exporters send a request again when its answer was lost, byte
 * for byte; nothing else tells a second delivery of a log record from a second record.
 */
import type { SqlClient } from '../sql/sql-client';

const OLD = "received_at < now() - interval '1 hour'";
/** Requests between two clearings. */
const CLEAR_EVERY = 1_000;

export class ReceivedRequests {
  private sinceClearing = 0;

  constructor(private readonly workspaceId: number) {}

  /** Notes the request; false when it was received before. */
  async isNew(tx: SqlClient, digest: Uint8Array): Promise<boolean> {
    const itself = [this.workspaceId, digest];
    if (++this.sinceClearing >= CLEAR_EVERY) {
      await tx.execute(`delete from received_request where workspace_id = $1 and ${OLD}`, [this.workspaceId]);
      this.sinceClearing = 0;
    } else await tx.execute(`delete from received_request where workspace_id = $1 and digest = $2 and ${OLD}`, itself);
    const rows = await tx.query(
      'insert into received_request (workspace_id, digest) values ($1, $2) on conflict do nothing returning workspace_id',
      itself,
    );
    return rows.length > 0;
  }
}
