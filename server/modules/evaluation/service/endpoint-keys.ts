/** Keys of a workspace's endpoints: sealed in the database, given to the copy of the server that calls the endpoint, told to nobody. */
import type { KeyPlace } from '../../../../core/api/playground';
import type { KeyService } from '../../../../core/api/workers';
import { decodeRows, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { SecretBox } from '../../auth/service/secret-box';

export class EndpointKeys implements KeyService {
  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
    private readonly box: SecretBox,
  ) {}

  async placeOf(endpointId: string): Promise<KeyPlace> {
    return (await this.sealed(endpointId)) === null ? null : 'server';
  }

  async keyOf(endpointId: string): Promise<string | null> {
    const sealed = await this.sealed(endpointId);
    return sealed === null ? null : this.box.open(sealed);
  }

  /** @param key null: forget it */
  async setKey(endpointId: string, key: string | null): Promise<void> {
    if (key === null) {
      await this.sql.query('delete from endpoint_key where workspace_id = $1 and endpoint_id = $2::uuid', [
        this.workspaceId,
        endpointId,
      ]);
      return;
    }
    await this.sql.query(
      `insert into endpoint_key (workspace_id, endpoint_id, secret) values ($1, $2::uuid, $3)
       on conflict (workspace_id, endpoint_id) do update set secret = excluded.secret, updated_at = now()`,
      [this.workspaceId, endpointId, this.box.seal(key)],
    );
  }

  private async sealed(endpointId: string): Promise<string | null> {
    const rows = await this.sql.query(
      'select secret from endpoint_key where workspace_id = $1 and endpoint_id = $2::uuid',
      [this.workspaceId, endpointId],
    );
    return decodeRows({ secret: TEXT }, rows)[0]?.secret ?? null;
  }
}
