/** Rules that watch a number, on both engines: each look is one's own, an alert begins once and ends once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AlertOutcome, AlertRuleEdit } from '../../core/api/alert';
import { Alerts } from '../../core/store/people/alerts';
import { migrate } from '../../core/store/schema/migrate';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { writeFields } from '../../core/store/sync/object-tables';
import type { Fields } from '../../core/sync/objects';
import { deflateCodec } from '../../services/store/payload-codec';
import { pgliteDatabases, postgresDatabases } from '../fixtures/databases';

const RULE: AlertRuleEdit = {
  name: 'Errors',
  enabled: true,
  measure: 'query',
  query: '{ status = error } | rate()',
  comparison: 'above',
  threshold: 1,
  windowSeconds: 300,
  forSeconds: 0,
  resolveThreshold: null,
  severity: 'warning',
  mutedUntil: null,
};
const beyond = (value: number): AlertOutcome => ({
  reading: { value, unit: 'per second', labels: { 'resource.service.name': 'shop \u0000' } },
  standing: 'beyond',
});
const between: AlertOutcome = { reading: { value: 0.5, unit: 'per second', labels: {} }, standing: 'between' };
const well: AlertOutcome = { reading: { value: 0, unit: 'per second', labels: {} }, standing: 'back' };

describe.each([pgliteDatabases(), postgresDatabases()])('alerts on $name', (databases) => {
  let sql: SqlClient;
  let drop: () => Promise<void>;
  let alerts: Alerts;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    ({ sql, drop } = await databases.create());
    await migrate(sql, deflateCodec);
    await sql.query("insert into workspace (id, name) values (2, 'Other')");
    alerts = new Alerts(sql, 1);
  });
  afterEach(() => drop());
  const later = (): Promise<unknown> =>
    sql.query("update alert_rule set checked_at = checked_at - interval '1 minute'");

  it('a rule is looked at by one, twice a minute, and not where it is off', async () => {
    const made = await alerts.create(RULE, 'per second');
    expect(made).toMatchObject({
      ...RULE,
      version: 1,
      unit: 'per second',
      value: null,
      checkedAt: null,
      firingSince: null,
    });
    await alerts.create({ ...RULE, name: 'off', enabled: false }, 'per second');
    const claims = await Promise.all([alerts.claim(), alerts.claim(), new Alerts(sql, 2).claim()]);
    expect(claims.filter(Boolean).map((rule) => rule?.id)).toEqual([made.id]);
    await later();
    expect((await alerts.claim())?.id).toBe(made.id);
  });

  it('begins when it is beyond, goes on while it is, ends when it is not', async () => {
    const { id } = await alerts.create(RULE, 'per second');
    expect(await alerts.record(id, 1, well)).toBe(false);
    expect(await alerts.record(id, 1, beyond(2))).toBe(true);
    expect(await alerts.record(id, 1, beyond(3))).toBe(false);
    // Nobody knows whether it is over.
    expect(await alerts.record(id, 1, { error: 'it took too long' })).toBe(false);
    const [firing] = await alerts.rules();
    expect(firing).toMatchObject({
      firingSince: expect.any(String),
      value: null,
      unit: 'per second',
      error: 'it took too long',
    });
    expect(await alerts.record(id, 1, well)).toBe(true);
    expect((await alerts.rules())[0]).toMatchObject({ firingSince: null, value: 0, error: null });
    expect(await alerts.record(id, 1, beyond(4))).toBe(true);
    const first = await alerts.list({ limit: 1 });
    expect(first.data).toMatchObject([
      { value: 4, threshold: 1, comparison: 'above', endedAt: null, ruleName: 'Errors' },
    ]);
    const second = await alerts.list({ limit: 1, cursor: first.pagination.nextCursor ?? '' });
    expect(second).toMatchObject({ data: [{ value: 2, endedAt: expect.any(String) }], pagination: { hasMore: false } });
    expect((await new Alerts(sql, 2).list({})).data).toEqual([]);
  });

  it('waits for as long as it is told to, and begins anew when it was not beyond meanwhile', async () => {
    const { id } = await alerts.create({ ...RULE, forSeconds: 120 }, 'per second');
    const earlier = (): Promise<unknown> =>
      sql.query("update alert_rule set pending_since = pending_since - interval '2 minutes'");
    expect(await alerts.record(id, 1, beyond(2))).toBe(false);
    const [waiting] = await alerts.rules();
    expect(waiting).toMatchObject({ firingSince: null, pendingSince: expect.any(String), value: 2 });
    await alerts.record(id, 1, between);
    expect((await alerts.rules())[0]?.pendingSince).toBeNull();
    await alerts.record(id, 1, beyond(3));
    // Nobody knows whether it was beyond then: it waits on.
    await alerts.record(id, 1, { error: 'it took too long' });
    expect(await alerts.record(id, 1, beyond(3))).toBe(false);
    await earlier();
    expect(await alerts.record(id, 1, beyond(4))).toBe(true);
    expect((await alerts.rules())[0]).toMatchObject({ firingSince: expect.any(String), pendingSince: null });
    expect(await alerts.record(id, 1, beyond(5))).toBe(false);
    expect((await alerts.rules())[0]?.pendingSince).toBeNull();
    expect((await alerts.list({})).data).toMatchObject([{ value: 4, endedAt: null }]);
  });

  it('does not wait on through what nobody saw, nor as another rule', async () => {
    const rule = { ...RULE, forSeconds: 120 };
    const { id } = await alerts.create(rule, 'per second');
    const waits = async (): Promise<boolean> => (await alerts.rules())[0]?.pendingSince !== null;
    const away = (time: string): Promise<unknown> =>
      sql.query('update alert_rule set checked_at = checked_at - $1::interval', [time]);
    await alerts.claim();
    await alerts.record(id, 1, beyond(2));
    await away('1 minute');
    await alerts.claim();
    expect(await waits()).toBe(true);
    await away('10 hours');
    await alerts.claim();
    expect(await waits()).toBe(false);
    await alerts.record(id, 1, beyond(2));
    await alerts.record(id, 1, { error: 'it took too long' });
    expect(await waits()).toBe(true);
    await alerts.record(id, 1, { error: 'it took too long' });
    expect(await waits()).toBe(false);
    await alerts.record(id, 1, beyond(2));
    const synced = async (change: Fields): Promise<boolean> => {
      const fields = { ...rule, createdAt: '2026-01-01T00:00:00Z', ...change };
      await writeFields(sql, 1, [{ kind: 'alert-rule', id, fields }]);
      return waits();
    };
    expect([await synced({ name: 'Renamed' }), await synced({ threshold: 1.5 })]).toEqual([true, false]);
  });

  it('goes on between its two thresholds, and does not begin there', async () => {
    const { id } = await alerts.create({ ...RULE, resolveThreshold: 0.2 }, 'per second');
    expect(await alerts.record(id, 1, between)).toBe(false);
    expect((await alerts.list({})).data).toEqual([]);
    expect(await alerts.record(id, 1, beyond(2))).toBe(true);
    expect(await alerts.record(id, 1, between)).toBe(false);
    expect((await alerts.list({})).data).toMatchObject([{ endedAt: null }]);
    expect(await alerts.record(id, 1, well)).toBe(true);
    expect((await alerts.list({})).data).toMatchObject([{ endedAt: expect.any(String) }]);
  });

  it('says how grave it is and whether it was muted, and a mute does not end it', async () => {
    const mutedUntil = new Date(Date.now() + 3_600_000).toISOString();
    const grave = { ...RULE, severity: 'critical' as const };
    const { id } = await alerts.create(grave, 'per second');
    await alerts.record(id, 1, beyond(2));
    const muted = await alerts.update(id, 1, { ...grave, mutedUntil }, 'per second');
    expect(muted).toMatchObject({ version: 2, mutedUntil, firingSince: expect.any(String), value: 2 });
    expect((await alerts.list({})).data).toMatchObject([{ severity: 'critical', muted: false, endedAt: null }]);
    await alerts.record(id, 2, well);
    await alerts.record(id, 2, beyond(3));
    const [second] = (await alerts.list({})).data;
    expect(second).toMatchObject({ value: 3, muted: true });
    expect(await alerts.record(id, 2, beyond(4))).toBe(false);
    // The mute ends, and it goes on: that is told, once.
    await alerts.update(id, 2, { ...grave, mutedUntil: new Date(Date.now() - 1_000).toISOString() }, 'per second');
    expect([await alerts.record(id, 3, beyond(5)), await alerts.record(id, 3, beyond(6))]).toEqual([true, false]);
    expect((await alerts.list({})).data[0]).toMatchObject({ value: 3, muted: false, endedAt: null });
    // As a replica writes it that knows none of this.
    await sql.query('update alert_rule set for_seconds = null, severity = null, muted_until = null');
    expect((await alerts.rules())[0]).toMatchObject({ forSeconds: 0, severity: 'warning', mutedUntil: null });
  });

  it('a rule that was changed is looked at anew: what was found of the old one counts for nothing', async () => {
    const { id } = await alerts.create(RULE, 'per second');
    await alerts.claim();
    await alerts.record(id, 1, beyond(2));
    const changed = await alerts.update(id, 1, { ...RULE, threshold: 5 }, 'per second');
    expect(changed).toMatchObject({ version: 2, threshold: 5, firingSince: null, checkedAt: null });
    expect((await alerts.list({})).data[0]?.endedAt).not.toBeNull();
    expect(await alerts.record(id, 1, beyond(2))).toBe(false);
    await expect(alerts.update(id, 1, RULE, null)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await alerts.claim())?.id).toBe(id);
    await alerts.remove(id);
    expect([await alerts.rules(), (await alerts.list({})).data]).toEqual([[], []]);
  });
});
