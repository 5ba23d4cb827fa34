/** Rules that watch a number, and when they were beyond their threshold (migration 017). */
import {
  ALERT_COMPARISONS,
  ALERT_MEASURES,
  ALERT_SEVERITIES,
  type Alert,
  type AlertListQuery,
  type AlertOutcome,
  type AlertRule,
  type AlertRuleEdit,
  type AlertStanding,
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
/** Where nobody looked for longer, a rule that waits begins anew: nobody knows what it was meanwhile. */
const UNSEEN_SECONDS = 10 * EVERY_SECONDS;
const UNITS: readonly AlertUnit[] = ['count', 'per second', 'ns', 'attribute', 'USD'];

/** What a rule watches for: its other fields say who is told, and how. */
const WATCHED = [
  'enabled',
  'measure',
  'query',
  'comparison',
  'threshold',
  'windowSeconds',
  'forSeconds',
  'resolveThreshold',
] as const satisfies readonly (keyof AlertRuleEdit)[];

const SPEC = {
  name: TEXT,
  enabled: BOOL,
  measure: oneOf(ALERT_MEASURES),
  query: TEXT,
  comparison: oneOf(ALERT_COMPARISONS),
  threshold: FLOAT8,
  windowSeconds: INT4,
  forSeconds: INT4,
  resolveThreshold: orNull(FLOAT8),
  severity: oneOf(ALERT_SEVERITIES),
  mutedUntil: orNull(TEXT),
  firingSince: orNull(TEXT),
  pendingSince: orNull(TEXT),
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
  severity: oneOf(ALERT_SEVERITIES),
  muted: BOOL,
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
        forSeconds: 'coalesce(t.for_seconds, 0)',
        resolveThreshold: 't.resolve_threshold',
        severity: "coalesce(t.severity, 'warning')",
        mutedUntil: 't.muted_until',
        firingSince: `(select ${rfc3339('a.started_at')} from alert a where a.workspace_id = t.workspace_id and a.rule_id = t.id
          and a.ended_at is null)`,
        pendingSince: rfc3339(`(select t.pending_since where not exists (select 1 from alert a
          where a.workspace_id = t.workspace_id and a.rule_id = t.id and a.ended_at is null))`),
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
      const before = await inside.table.get(id);
      if (WATCHED.every((field) => before[field] === edit[field])) {
        return inside.table.update(id, version, values(edit));
      }
      const found = { checked_at: null, value: null, error: null, pending_since: null, ...(unit && { unit }) };
      await inside.table.update(id, version, { ...values(edit), ...found });
      // What it watches for is another: where it still is beyond, it begins anew.
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
      `select t.id, t.rule_id::text as "ruleId", r.name as "ruleName", t.value, t.unit, t.comparison, t.threshold,
         t.severity, t.muted, t.labels,
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
      `update alert_rule set checked_at = now(),
         pending_since = case when checked_at >= now() - make_interval(secs => ${UNSEEN_SECONDS}) then pending_since end
       where id = (
         select id from alert_rule where workspace_id = $1 and enabled
           and (checked_at is null or checked_at < now() - make_interval(secs => ${EVERY_SECONDS}))
         order by checked_at nulls first limit 1 for update skip locked) returning id::text as id`,
      [this.workspaceId],
    );
    const [row] = decodeRows({ id: TEXT }, rows);
    return row ? this.table.get(row.id) : null;
  }

  /** @param version of the rule that was looked at: of one that was changed meanwhile nothing is kept @returns whether it began, ended, or is told now */
  async record(id: string, version: number, outcome: AlertOutcome): Promise<boolean> {
    return this.sql.transaction(async (tx) => {
      const found = 'reading' in outcome ? outcome : null;
      const error = 'error' in outcome ? outcome.error : null;
      const rows = await tx.query(
        `update alert_rule set value = $4, unit = coalesce($5, unit), error = $6,
           pending_since = case when error is null or $6::text is null then pending_since end
         where workspace_id = $1 and id = $2::uuid and version = $3 and enabled returning comparison, threshold`,
        [this.workspaceId, id, version, found?.reading.value ?? null, found?.reading.unit ?? null, error],
      );
      const [rule] = decodeRows({ comparison: TEXT, threshold: FLOAT8 }, rows);
      // Of what could not be looked at nobody knows that it is over; of what could not twice, that it went on.
      if (!rule || !found) return false;
      const { reading, standing } = found;
      const isDue = await this.isDue(tx, id, standing);
      if (standing === 'back') return new Alerts(tx, this.workspaceId).end(id);
      if (!isDue) return new Alerts(tx, this.workspaceId).tell(id);
      const begun = await tx.query(
        `insert into alert (workspace_id, rule_id, value, unit, comparison, threshold, labels, severity, muted)
         select $1, $2::uuid, $3, $4, $5, $6, $7, coalesce(severity, 'warning'), coalesce(muted_until::timestamptz > now(), false)
         from alert_rule where workspace_id = $1 and id = $2::uuid
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

  /** Keeps since when it is beyond its threshold without firing. @returns whether that is for long enough */
  private async isDue(tx: SqlClient, id: string, standing: AlertStanding): Promise<boolean> {
    const waits = `$3 and not exists (select 1 from alert a
      where a.workspace_id = alert_rule.workspace_id and a.rule_id = alert_rule.id and a.ended_at is null)`;
    const rows = await tx.query(
      `update alert_rule set pending_since = case when ${waits} then coalesce(pending_since, now()) end
       where workspace_id = $1 and id = $2::uuid
       returning coalesce(pending_since <= now() - make_interval(secs => coalesce(for_seconds, 0)), false) as is_due`,
      [this.workspaceId, id, standing === 'beyond'],
    );
    return decodeRows({ is_due: BOOL }, rows)[0]?.is_due ?? false;
  }

  /** Of an alert that goes on when its rule is no longer muted, people are told. */
  private async tell(id: string): Promise<boolean> {
    // Whoever tells looks at changes of `ended_at`.
    const told = await this.sql.query(
      `update alert set muted = false, ended_at = null
       where workspace_id = $1 and rule_id = $2::uuid and ended_at is null and muted
         and (select coalesce(r.muted_until::timestamptz <= now(), true) from alert_rule r
           where r.workspace_id = $1 and r.id = $2::uuid) returning 1 as one`,
      [this.workspaceId, id],
    );
    return told.length > 0;
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
  const { forSeconds, resolveThreshold, severity, mutedUntil } = edit;
  return {
    name: clean(name),
    enabled,
    measure,
    query: clean(query),
    comparison,
    threshold,
    window_seconds: windowSeconds,
    for_seconds: forSeconds,
    resolve_threshold: resolveThreshold,
    severity,
    muted_until: mutedUntil,
  };
}
