/**
 * The one door to a database, PGlite on the desktop and PostgreSQL on the server. Adapters return `int8` as bigint, `bytea` as
 * Uint8Array and `uuid` as text, whatever their driver would do.
 */
type SqlScalar = string | number | bigint | boolean | null;
export type SqlParameter = SqlScalar | Uint8Array | readonly SqlScalar[];
export type SqlRow = { readonly [column: string]: unknown };

export interface SqlStatements {
  /**
   * @param name of a statement that comes with every batch: PostgreSQL keeps it with its plan, which is made while tables are small
   *   and must be right for large ones, as lookups by key are
   */
  query(sql: string, parameters?: readonly SqlParameter[], name?: string): Promise<readonly SqlRow[]>;
  /**
   * A statement for what it changes. In a transaction it may still be under way when this resolves: what is asked for later comes
   * after it, and the transaction fails with it.
   */
  execute(sql: string, parameters?: readonly SqlParameter[], name?: string): Promise<void>;
  /** As `execute`, `COPY table (columns) FROM ... (FORMAT binary)` of `data` (see CopyWriter). */
  copyIn(table: string, columns: readonly string[], data: Uint8Array): Promise<void>;
  /** `COPY (select) TO ... (FORMAT binary)`; `select` takes no parameters. */
  copyOut(select: string): Promise<Uint8Array>;
}

/** `rewrites`: spans move or go. `adds`: anything else. */
export type ChangeKind = 'adds' | 'rewrites';

export interface SqlClient extends SqlStatements {
  /** Commits when `run` resolves, rolls back when it rejects. */
  transaction<T>(run: (tx: SqlClient) => Promise<T>, kind?: ChangeKind): Promise<T>;
  /**
   * All that `run` asks of this client, however deep, sees one state of the database (ADR 011 says how on PGlite, which has one
   * connection). It reads only, and may be run again.
   * @param goesOn it goes on from what another snapshot saw: rows that are added meanwhile are no reason to run it again
   */
  snapshot<T>(run: () => Promise<T>, goesOn?: boolean): Promise<T>;
}

/** A client inside a transaction: a transaction within it is part of it. */
export function nestedIn(statements: SqlStatements): SqlClient {
  const client: SqlClient = { ...statements, transaction: (run) => run(client), snapshot: (run) => run() };
  return client;
}
