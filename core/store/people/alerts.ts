/** Rules that watch a number, and when they were beyond their threshold (migration 017). */
import {
  ALERT_COMPARISONS,
  ALERT_MEASURES,
  type Alert,
  type AlertListQuery,
  type AlertOutcome,
  type AlertRule,
  type AlertRuleEdit,
  type AlertUnit,
} from '../../api/alert';
import type { Page } from '../../api/page';
import { ALERT_CURSOR, decodeCursor, pageOf } from '../sql/cursor';
import { BOOL, decodeRows, FLOAT8, INT4, INT8, oneOf, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient } from '../sql/sql-client';
import { type ColumnValues, clean, VersionedTable } from '../sql/versioned-table';
import { WhereBuilder } from '../sql/where';

const DEFAULT_LIMIT = 50;
/** Between two looks at a rule. */
const EVERY_SECONDS = 30;
const UNITS: readonly AlertUnit[] = ['count', 'per second', 'ns', 'attribute', 'USD'];

const SPEC = {
  name: TEXT,
  enabled: BOOL,
  measure: oneOf(ALERT_MEASURES),
  query: TEXT,
  comparison: oneOf(ALERT_COMPARISONS),
  threshold: FLOAT8,
  windowSeconds: INT4,
  firingSince: orNull(TEXT),
  checkedAt: orNull(TEXT),
  value: orNull(FLOAT8),
  unit: orNull(oneOf(UNITS)),
  error: orNull(TEXT),
};

const ALERT = {
  id: INT8,
  ruleId: TEXT,
  ruleName: TEXT,
  value: FLOAT8,
  unit: oneOf(UNITS),
  comparison: oneOf(ALERT_COMPARISONS),
  threshold: FLOAT8,
  labels: TEXT,
  startedAt: TEXT,
  endedAt: orNull(TEXT),
};

export class Alerts {
  private readonly table: VersionedTable<typeof SPEC>;

  constructor(
    private readonly sql: SqlClient,
    private readonly workspaceId: number,
  ) {
    this.table = new VersionedTable(sql, workspaceId, {
      table: 'alert_rule',
      noun: 'alert rule',
      spec: SPEC,
      select: {
        name: 't.name',
        enabled: 't.enabled',
        measure: 't.measure',
        query: 't.query',
        comparison: 't.comparison',
        threshold: 't.threshold',
        windowSeconds: 't.window_seconds',
        firingSince: `(select ${rfc3339('a.started_at')} from alert a where a.workspace_id = t.workspace_id and a.rule_id = t.id
          and a.ended_at is null)`,
        checkedAt: rfc3339('t.checked_at'),
        value: 't.value',
        unit: 't.unit',
        error: 't.error',
      },
    });
  }

  /** Oldest first. */
  rules(): Promise<AlertRule[]> {
    return this.table.all();
  }

  create(edit: AlertRuleEdit, unit: AlertUnit): Promise<AlertRule> {
    return this.table.insert({ ...values(edit), unit });
  }

  /** It is looked at again soon. @throws SpoorError NOT_FOUND, CONFLICT */
  async update(id: string, version: number, edit: AlertRuleEdit, unit: AlertUnit | null): Promise<AlertRule> {
    return this.sql.transaction(async (tx) => {
      const inside = new Alerts(tx, this.workspaceId);
      const found = { checked_at: null, value: null, error: null, ...(unit && { unit }) };
      await inside.table.update(id, version, { ...values(edit), ...found });
      // What it watches for may be another: where it still is beyond, it begins anew.
      await inside.end(id);
      return inside.table.get(id);
    });
  }

  /** What it found goes with it. @throws SpoorError NOT_FOUND */
  remove(id: string): Promise<void> {
    return this.table.remove(id);
  }

  /** Newest first. @throws SpoorError VALIDATION_ERROR */
  async list(query: AlertListQuery): Promise<Page<Alert>> {
    const limit = query.limit ?? DEFAULT_LIMIT;
    const where = new WhereBuilder(this.workspaceId, 't');
    if (query.cursor) where.and('t.id < ?', decodeCursor(ALERT_CURSOR, query.cursor).at);
    const rows = await this.sql.query(
      `select t.id, t.rule_id::text as "ruleId", r.name as "ruleName", t.value, t.unit, t.comparison, t.threshold, t.labels,
         ${rfc3339('t.started_at')} as "startedAt", ${rfc3339('t.ended_at')} as "endedAt"
       from alert t join alert_rule r on r.workspace_id = t.workspace_id and r.id = t.rule_id
       where ${where.sql} order by t.id desc limit ${limit + 1}`,
      where.parameters,
    );
    return pageOf(
      ALERT_CURSOR,
      decodeRows(ALERT, rows),
      limit,
      ({ id }) => ({ at: id, tie: '' }),
      ({ id, labels, ...alert }) => ({ id: String(id), labels: JSON.parse(labels) as Alert['labels'], ...alert }),
    );
  }

  /** A rule that it is time to look at; nobody else is given it for a while. Null: none. */
  async claim(): Promise<AlertRule | null> {
    const rows = await this.sql.query(
      `update alert_rule set checked_at = now() where id = (
         select id from alert_rule where workspace_id = $1 and enabled
           and (checked_at is null or checked_at < now() - make_interval(secs => ${EVERY_SECONDS}))
         order by checked_at nulls first limit 1 for update skip locked) returning id::text as id`,
      [this.workspaceId],
    );
    const [row] = decodeRows({ id: TEXT }, rows);
    return row ? this.table.get(row.id) : null;
  }

  /** @param version of the rule that was looked at: of one that was changed meanwhile nothing is kept @returns whether it began or ended */
  async record(id: string, version: number, outcome: AlertOutcome): Promise<boolean> {
    return this.sql.transaction(async (tx) => {
      const found = 'reading' in outcome ? outcome : null;
      const error = 'error' in outcome ? outcome.error : null;
      const rows = await tx.query(
        `update alert_rule set value = $4, unit = coalesce($5, unit), error = $6
         where workspace_id = $1 and id = $2::uuid and version = $3 and enabled returning comparison, threshold`,
        [this.workspaceId, id, version, found?.reading.value ?? null, found?.reading.unit ?? null, error],
      );
      const [rule] = decodeRows({ comparison: TEXT, threshold: FLOAT8 }, rows);
      // Of what could not be looked at nobody knows that it is over.
      if (!rule || !found) return false;
      const { reading, isBeyond } = found;
      if (!isBeyond) return new Alerts(tx, this.workspaceId).end(id);
      const begun = await tx.query(
        `insert into alert (workspace_id, rule_id, value, unit, comparison, threshold, labels)
         values ($1, $2::uuid, $3, $4, $5, $6, $7)
         on conflict (workspace_id, rule_id) where ended_at is null do nothing returning 1 as one`,
        [
          this.workspaceId,
          id,
          reading.value,
          reading.unit,
          rule.comparison,
          rule.threshold,
          clean(JSON.stringify(reading.labels)),
        ],
      );
      return begun.length > 0;
    });
  }

  private async end(id: string): Promise<boolean> {
    const ended = await this.sql.query(
      `update alert set ended_at = now() where workspace_id = $1 and rule_id = $2::uuid and ended_at is null returning 1 as one`,
      [this.workspaceId, id],
    );
    return ended.length > 0;
  }
}

function rfc3339(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

function values(edit: AlertRuleEdit): ColumnValues {
  const { name, enabled, measure, query, comparison, threshold, windowSeconds } = edit;
  return {
    name: clean(name),
    enabled,
    measure,
    query: clean(query),
    comparison,
    threshold,
    window_seconds: windowSeconds,
  };
}
