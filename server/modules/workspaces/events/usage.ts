/** What workspaces send, added up by the day: quotas go by it. */
import type { EventConsumer } from '../../../events/consumers';
import { INGESTED } from '../../../events/event';

export const usageOf: EventConsumer = {
  name: 'usage',
  types: [INGESTED],
  async handle(tx, workspaceId, events) {
    const counts = (name: string): number[] => events.map(({ payload }) => Number(payload[name] ?? 0));
    await tx.query(
      `insert into usage_day (workspace_id, day, spans, logs, points)
       select $1, (e.at at time zone 'UTC')::date, sum(e.spans), sum(e.logs), sum(e.points)
       from unnest($2::timestamptz[], $3::int8[], $4::int8[], $5::int8[]) as e (at, spans, logs, points) group by 2
       on conflict (workspace_id, day) do update set spans = usage_day.spans + excluded.spans,
         logs = usage_day.logs + excluded.logs, points = usage_day.points + excluded.points`,
      [workspaceId, events.map(({ timestamp }) => timestamp), counts('spans'), counts('logs'), counts('points')],
    );
  },
};
