/** As core/store/schema/repairs.ts, of the server's own migrations. */
import type { Repair } from '../../core/store/schema/repairs';
import { FUNCTIONS_006 } from './006-events';

export const SERVER_REPAIRS: readonly Repair[] = [
  {
    of: 6,
    name: 'who waits for events is told',
    needed: "exists (select 1 from pg_proc where proname = 'publish_event' and position('pg_notify' in prosrc) = 0)",
    statements: FUNCTIONS_006.map((made) => made.replace('create function', 'create or replace function')),
  },
];
