/**
 * A transaction whose statements go out without waiting for the ones before, where nobody waits for their rows: who writes asks
 * PostgreSQL a few times, not once a statement. The connection pipelines.
 */
import { nestedIn, type SqlClient, type SqlStatements } from '../../core/store/sql/sql-client';

/** Commits when `run` resolves. @throws what failed first, be it a statement that nobody waited for */
export async function inTransaction<T>(
  statements: SqlStatements,
  run: (tx: SqlClient) => Promise<T>,
  begin: readonly string[] = ['begin'],
): Promise<T> {
  // In the order of statements: after the first that fails PostgreSQL refuses the others because of it.
  let firstFailure: Promise<{ readonly reason: unknown } | null> = Promise.resolve(null);
  const send = <A>(statement: Promise<A>): Promise<A> => {
    const outcome = statement.then(
      () => null,
      (reason: unknown) => ({ reason }),
    );
    firstFailure = firstFailure.then((failure) => failure ?? outcome);
    return statement;
  };
  const settle = async (): Promise<void> => {
    const failure = await firstFailure;
    if (failure) throw failure.reason;
  };
  const answered = async <A>(statement: Promise<A>): Promise<A> => {
    try {
      return await send(statement);
    } catch (error) {
      await settle();
      throw error;
    }
  };
  const tx = nestedIn({
    query: (...asked) => answered(statements.query(...asked)),
    copyOut: (select) => answered(statements.copyOut(select)),
    async execute(...asked) {
      void send(statements.execute(...asked));
    },
    async copyIn(...asked) {
      void send(statements.copyIn(...asked));
    },
  });
  for (const statement of begin) void send(statements.execute(statement));
  try {
    const result = await run(tx);
    // Of a transaction in which something failed, this is the end without effect.
    void send(statements.execute('commit'));
    await settle();
    return result;
  } catch (error) {
    // Of a connection that is gone the transaction is, too; what matters is why.
    await statements.execute('rollback').catch(() => {});
    await settle();
    throw error;
  }
}
