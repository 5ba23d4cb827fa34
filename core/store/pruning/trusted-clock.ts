/**
 * The time by which records are old. The system's clock may be wrong at a start, years ahead or behind, and records that it makes
 * look old would be pruned for good. So it is believed as long as it goes on from where it was last seen, across starts too. Where
 * it does not, time goes on as this process counts it, until the clock is back or somebody says that it is right.
 *
 * Records are stamped with this time as they arrive, never with what they claim themselves.
 */
import type { ClockReport } from '../../api/retention';
import { decodeRows, FLOAT8, INT4, INT8, orNull, TEXT } from '../sql/row-spec';
import type { SqlClient, SqlStatements } from '../sql/sql-client';

/** What a clock may be off by, and a machine off for, without a question. */
const JUMP_MS = 86_400_000;
/** How often it is written down where nothing changes: each time is a write to disk. */
const WRITE_EVERY_MS = 60_000;

/** SQL of now, for what is deleted some days after it was stored: a jump of the clock moves it a day at most. */
export const TRUSTED_NOW = `least(now(), coalesce((select seen_at + interval '${JUMP_MS} milliseconds' from retention_clock), now()))`;

/** SQL of when something goes to where it is deleted from some days later: a clock that is behind makes nothing older than it is. */
export const STAMPED_NOW = `greatest(${TRUSTED_NOW}, (select seen_at from retention_clock))`;

interface Options {
  /** Whether much would be pruned that is not old, if the clock were believed that says this. */
  readonly matters: (wallMs: number, trustedMs: number) => Promise<boolean>;
  /** Of the system; null: as the database has it. */
  readonly wall?: () => number;
  readonly monotonic?: () => number;
}

const ROW = {
  wall_ms: FLOAT8,
  seen_ms: orNull(FLOAT8),
  stored_ms: orNull(FLOAT8),
  doubted_ms: orNull(FLOAT8),
  settled: orNull(INT4),
};

const ms = (time: string, as: string): string => `(extract(epoch from ${time}) * 1000)::float8 as ${as}`;

export class TrustedClock {
  private base = Date.now();
  private at: number;
  private opened = false;
  private settled = 0;
  private doubted = false;
  private writtenAt = Number.NEGATIVE_INFINITY;
  private readonly monotonic: () => number;

  constructor(
    private readonly sql: SqlClient,
    private readonly options: Options,
  ) {
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.at = this.monotonic();
  }

  /** Epoch milliseconds. Never goes back, but where somebody said so. */
  readonly now = (): number => this.base + (this.monotonic() - this.at);

  get isDoubted(): boolean {
    return this.doubted;
  }

  /** Compares it with the system's clock, and writes it down. To be called before the first record is stamped, then now and then. */
  async look(): Promise<void> {
    const rows = await this.sql.query(
      `select ${ms('clock_timestamp()', 'wall_ms')}, ${ms('c.seen_at', 'seen_ms')}, ${ms('c.doubted_since', 'doubted_ms')}, c.settled,
         ${this.opened ? 'null::float8 as stored_ms' : ms('greatest((select max(last_at) from span_block), (select max(last_at) from record_partition where records > 0))', 'stored_ms')}
       from (select 1) one left join retention_clock c on true`,
    );
    const row = decodeRows(ROW, rows)[0];
    if (!row) return;
    const wall = this.options.wall?.() ?? row.wall_ms;
    // Before the first look of any version that has a clock, what is stored tells when it was seen.
    const seen = row.seen_ms ?? row.stored_ms ?? wall;
    if (!this.opened || row.settled !== this.settled) this.set(seen);
    // Another copy of the server went on.
    else this.set(Math.max(this.now(), seen));
    this.opened = true;
    this.settled = row.settled ?? 0;
    const trusted = this.now();
    const isClose = Math.abs(wall - trusted) <= JUMP_MS;
    const isBelieved = isClose || (row.doubted_ms === null && !(await this.options.matters(wall, trusted)));
    if (isBelieved) this.set(isClose ? Math.max(trusted, wall) : wall);
    this.doubted = !isBelieved;
    await this.write(wall, isBelieved ? null : (row.doubted_ms ?? trusted), row.doubted_ms, isBelieved && !isClose);
  }

  /** The process ends: what came by then came before whatever clock the next one finds. */
  async rest(): Promise<void> {
    await this.sql.query(
      'update retention_clock set seen_at = greatest(seen_at, to_timestamp($1::float8 / 1000)) where id = 1',
      [this.now()],
    );
  }

  private set(time: number): void {
    this.base = time;
    this.at = this.monotonic();
  }

  private async write(wall: number, doubted: number | null, before: number | null, isMoved: boolean): Promise<void> {
    const at = this.monotonic();
    if (doubted === before && at - this.writtenAt < WRITE_EVERY_MS && !isMoved) return;
    this.writtenAt = at;
    await this.sql.query(
      `insert into retention_clock (id, seen_at, clock_at, doubted_since)
       values (1, to_timestamp($1::float8 / 1000), to_timestamp($3::float8 / 1000), to_timestamp($2::float8 / 1000))
       on conflict (id) do update set doubted_since = excluded.doubted_since, clock_at = excluded.clock_at,
         seen_at = ${isMoved ? 'excluded.seen_at' : 'greatest(retention_clock.seen_at, excluded.seen_at)'}`,
      [this.now(), doubted, wall],
    );
  }
}

const SHIFTED = [
  { table: 'span_block', columns: ['opened_at', 'last_at', 'marked_at'] },
  { table: 'record_partition', columns: ['opened_at', 'last_at'] },
  { table: 'quarantine', columns: ['quarantined_at', 'opened_at', 'last_at'] },
  { table: 'quarantine_block', columns: ['opened_at', 'last_at'] },
] as const;

/**
 * Somebody says that the system's clock is right. What came while it was in doubt came as long before now as it did by the time that
 * was counted meanwhile; nothing is taken for having come later than now.
 * @returns whether it was in doubt
 */
export async function settleClock(tx: SqlStatements, wall?: () => number): Promise<boolean> {
  const rows = await tx.query(
    `select ${ms('clock_timestamp()', 'wall_ms')}, ${ms('seen_at', 'seen_ms')}, ${ms('doubted_since', 'doubted_ms')}
     from retention_clock where doubted_since is not null for update`,
  );
  const row = decodeRows({ wall_ms: FLOAT8, seen_ms: FLOAT8, doubted_ms: FLOAT8 }, rows)[0];
  if (!row) return false;
  const now = wall?.() ?? row.wall_ms;
  const shift = Math.max(0, now - row.seen_ms);
  for (const { table, columns } of SHIFTED) {
    for (const column of columns) {
      await tx.query(
        `update ${table} set ${column} = least(to_timestamp($1::float8 / 1000),
           case when ${column} > to_timestamp($2::float8 / 1000) then ${column} + make_interval(secs => $3::float8 / 1000)
             else ${column} end)
         where ${column} > to_timestamp($2::float8 / 1000) or ${column} > to_timestamp($1::float8 / 1000)`,
        [now, row.doubted_ms, shift],
      );
    }
  }
  await tx.query(
    'update retention_clock set seen_at = to_timestamp($1::float8 / 1000), clock_at = to_timestamp($1::float8 / 1000), doubted_since = null, settled = settled + 1',
    [now],
  );
  return true;
}

/** What the status says of it. */
export async function readClock(sql: SqlStatements): Promise<ClockReport> {
  const iso = (time: string, as: string): string =>
    `to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as ${as}`;
  const rows = await sql.query(
    `select ${iso('clock_at', 'clock')}, ${iso('seen_at', 'trusted')}, ${iso('doubted_since', 'since')},
       (extract(epoch from clock_at - seen_at))::int8 as ahead
     from retention_clock where doubted_since is not null`,
  );
  const row = decodeRows({ clock: TEXT, trusted: TEXT, since: TEXT, ahead: INT8 }, rows)[0];
  if (!row) return { state: 'trusted' };
  const { clock, trusted, since } = row;
  return { state: row.ahead > 0n ? 'ahead' : 'behind', clock, trusted, since };
}
