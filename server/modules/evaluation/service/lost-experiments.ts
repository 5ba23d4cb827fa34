import type { SqlClient } from '../../../../core/store/sql/sql-client';

/** A prompt has ten minutes: what says nothing for longer was under way in a copy of the server that ended. */
const SILENT_MINUTES = 15;

/** Experiments that nobody runs any more are said to have failed. */
export async function endLostExperiments(sql: SqlClient): Promise<void> {
  await sql.query(
    `update experiment set state = 'failed', message = 'The server was stopped while it ran.', version = version + 1
     where state = 'running' and updated_at < now() - make_interval(mins => ${SILENT_MINUTES})`,
  );
}
