/**
 * Turns the services, operations, resources and scopes of a batch into their ids. Ids are remembered between batches; those
 * made in a transaction that rolls back are forgotten with it.
 */

import { deploymentOf } from '../../model/deployment-keys';
import { hexFromBytes } from '../../model/ids';
import { withoutNul } from '../../model/nul';
import type { BatchOperation, BatchResource, BatchScope, SpanBatch } from '../../model/span-batch';
import { decodeResource } from '../../otlp/proto-to-json';
import { decodeRows, INT4 } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { internDeployments } from './deployments';
import { IdMemory } from './id-memory';
import type { Dictionary, UsedNames } from './used-names';

export interface InternedBatch {
  /** By index into the batch's resources, scopes and operations. */
  readonly resourceIds: Int32Array;
  /** By index into the batch's resources; 0: it says nothing of where its spans come from. */
  readonly deploymentIds: Int32Array;
  readonly scopeIds: Int32Array;
  readonly operationIds: Int32Array;
  /** By index into the batch's operations. */
  readonly serviceIds: Int32Array;
}

export class InternedIds {
  private readonly memory = new IdMemory();
  /** Told of every id that is given out while a sweep is under way; null: none is. */
  private watch: UsedNames | null = null;

  constructor(private readonly workspaceId: number) {}

  /** Until it is called with null, what is given out is in use. */
  watchedBy(watch: UsedNames | null): void {
    this.watch = watch;
  }

  /** These rows are taken out of the database. */
  forget(dictionary: Dictionary, ids: ReadonlySet<number>): void {
    this.memory.forget(prefixOf(dictionary), ids);
  }

  /** Keeps what the transaction made. */
  committed(): void {
    this.memory.committed();
  }

  rolledBack(): void {
    this.memory.rolledBack();
  }

  /** How many ids are held in memory. */
  get held(): number {
    return this.memory.size;
  }

  async resolve(tx: SqlClient, batch: SpanBatch): Promise<InternedBatch> {
    const serviceIds = await this.services(
      tx,
      batch.operations.map(({ serviceName }) => serviceName),
    );
    const resourceIds = await this.messages(tx, 'resource', batch.resources);
    return {
      serviceIds,
      operationIds: await this.operations(tx, batch.operations, serviceIds),
      resourceIds,
      deploymentIds: await this.deployments(tx, batch.resources, resourceIds),
      scopeIds: await this.messages(tx, 'scope', batch.scopes),
    };
  }

  /** The id remembered under a key of the caller's making. */
  recall(dictionary: Dictionary, key: string): number | undefined {
    const id = this.memory.get(prefixOf(dictionary) + key);
    if (id !== undefined) this.watch?.add(dictionary, id);
    return id;
  }

  remember(dictionary: Dictionary, key: string, id: number): void {
    this.memory.set(prefixOf(dictionary) + key, id);
    this.watch?.add(dictionary, id);
  }

  /** Ids of resources and scopes of any signal, by index. */
  async owners(
    tx: SqlClient,
    { resources, scopes }: Pick<SpanBatch, 'resources' | 'scopes'>,
  ): Promise<{ resourceIds: Int32Array; scopeIds: Int32Array; serviceIds: Int32Array }> {
    return {
      resourceIds: await this.messages(tx, 'resource', resources),
      scopeIds: await this.messages(tx, 'scope', scopes),
      serviceIds: await this.services(
        tx,
        resources.map(({ serviceName }) => serviceName),
      ),
    };
  }

  private async services(tx: SqlClient, names: readonly string[]): Promise<Int32Array> {
    const missing = [...new Set(names)].filter((name) => this.recall('service', name) === undefined);
    if (missing.length > 0) {
      await tx.execute(
        `insert into service (workspace_id, name, name_digest)
         select $1, name, sha256(convert_to(name, 'UTF8')) from unnest($2::text[]) as input (name)
         on conflict (workspace_id, name_digest) do nothing`,
        [this.workspaceId, missing],
      );
      const rows = await tx.query(
        // Each looked up by its index: without statistics a join may compare all with all, which thousands do not survive.
        `select s.id, i.at::int4 as at from unnest($2::text[]) with ordinality as i (name, at), lateral (
           select id from service where workspace_id = $1 and name_digest = sha256(convert_to(i.name, 'UTF8')) limit 1) as s`,
        [this.workspaceId, missing],
      );
      for (const { id, at } of decodeRows({ id: INT4, at: INT4 }, rows)) {
        this.remember('service', missing[at - 1] as string, id);
      }
    }
    return Int32Array.from(names, (name) => this.must('service', name));
  }

  private async operations(
    tx: SqlClient,
    operations: readonly BatchOperation[],
    serviceIds: Int32Array,
  ): Promise<Int32Array> {
    const keyOf = ({ kind, name }: BatchOperation, i: number): string => `${serviceIds[i]}\0${kind}\0${name}`;
    const missing = operations.flatMap((operation, i) =>
      this.recall('operation', keyOf(operation, i)) === undefined
        ? [{ operation, serviceId: serviceIds[i] as number, key: keyOf(operation, i) }]
        : [],
    );
    if (missing.length > 0) {
      const parameters = [
        this.workspaceId,
        missing.map(({ serviceId }) => serviceId),
        missing.map(({ operation }) => operation.kind),
        missing.map(({ operation }) => operation.name),
      ];
      await tx.execute(
        `insert into operation (workspace_id, service_id, kind, name, name_digest)
         select $1, service_id, kind, name, sha256(convert_to(name, 'UTF8'))
         from unnest($2::int4[], $3::int2[], $4::text[]) as input (service_id, kind, name)
         on conflict (workspace_id, service_id, kind, name_digest) do nothing`,
        parameters,
      );
      const rows = await tx.query(
        `select o.id, i.at::int4 as at
         from unnest($2::int4[], $3::int2[], $4::text[]) with ordinality as i (service_id, kind, name, at), lateral (
           select id from operation where workspace_id = $1 and service_id = i.service_id and kind = i.kind
             and name_digest = sha256(convert_to(i.name, 'UTF8')) limit 1) as o`,
        parameters,
      );
      for (const { id, at } of decodeRows({ id: INT4, at: INT4 }, rows)) {
        this.remember('operation', (missing[at - 1] as { key: string }).key, id);
      }
    }
    return Int32Array.from(operations, (operation, i) => this.must('operation', keyOf(operation, i)));
  }

  /** What resources say of where their spans come from; written beside those that are new to this process. */
  private async deployments(
    tx: SqlClient,
    resources: readonly BatchResource[],
    resourceIds: Int32Array,
  ): Promise<Int32Array> {
    const missing = new Map<number, BatchResource>();
    for (const [i, id] of resourceIds.entries()) {
      if (this.recall('deployment', String(id)) === undefined) missing.set(id, resources[i] as BatchResource);
    }
    if (missing.size > 0) {
      const said = [...missing].flatMap(([id, { message }]) => {
        const deployment = deploymentOf(decodeResource(message).attributes);
        return deployment ? [{ id, deployment }] : [];
      });
      const ids =
        said.length === 0
          ? []
          : await internDeployments(
              tx,
              this.workspaceId,
              said.map((one) => one.deployment),
            );
      for (const id of missing.keys()) this.remember('deployment', String(id), 0);
      for (const [i, { id }] of said.entries()) this.remember('deployment', String(id), ids[i] as number);
      await tx.execute(
        `update resource r set deployment_id = i.deployment_id from unnest($1::int4[], $2::int4[]) as i (id, deployment_id)
         where r.workspace_id = $3 and r.id = i.id and r.deployment_id is null`,
        [[...missing.keys()], [...missing.keys()].map((id) => this.must('deployment', String(id))), this.workspaceId],
      );
    }
    return resourceIds.map((id) => this.must('deployment', String(id)));
  }

  /** Resources and scopes: a message and its schema URL, alike when every byte is. */
  private async messages(
    tx: SqlClient,
    table: 'resource' | 'scope',
    messages: readonly (BatchResource | BatchScope)[],
  ): Promise<Int32Array> {
    const keys = messages.map(({ message, schemaUrl }) => `${schemaUrl}\0${latin1(message)}`);
    const missing = new Map<string, BatchResource | BatchScope>();
    for (const [i, key] of keys.entries()) {
      if (this.recall(table, key) === undefined) missing.set(key, messages[i] as BatchResource);
    }
    if (missing.size > 0) {
      const parameters = [
        this.workspaceId,
        [...missing.values()].map(({ message }) => hexFromBytes(message, 0, message.length)),
        [...missing.values()].map(({ schemaUrl }) => withoutNul(schemaUrl)),
      ];
      await tx.execute(
        `insert into ${table} (workspace_id, digest, message, schema_url)
         select $1, sha256(message || convert_to(schema_url, 'UTF8')), message, schema_url
         from (select decode(hex, 'hex') as message, schema_url
           from unnest($2::text[], $3::text[]) as i (hex, schema_url)) as input
         on conflict (workspace_id, digest) do nothing`,
        parameters,
      );
      const rows = await tx.query(
        `select t.id, i.at::int4 as at
         from unnest($2::text[], $3::text[]) with ordinality as i (hex, schema_url, at), lateral (
           select id from ${table} where workspace_id = $1
             and digest = sha256(decode(i.hex, 'hex') || convert_to(i.schema_url, 'UTF8')) limit 1) as t`,
        parameters,
      );
      const order = [...missing.keys()];
      for (const { id, at } of decodeRows({ id: INT4, at: INT4 }, rows))
        this.remember(table, order[at - 1] as string, id);
    }
    return Int32Array.from(keys, (key) => this.must(table, key));
  }

  private must(dictionary: Dictionary, key: string): number {
    const id = this.recall(dictionary, key);
    if (id === undefined) throw new Error(`no ${dictionary} came back for ${JSON.stringify(key.slice(0, 200))}`);
    return id;
  }
}

function prefixOf(dictionary: Dictionary): string {
  return `${dictionary}\0`;
}

/** Bytes as a string of one character each: a map key. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}
