/** Experiments, which a replica may have left unfinished. */
import type { ServerDatabase } from '../../adapters/database';
import type { ServerModule } from '../server-module';
import { endLostExperiments } from './service/lost-experiments';

export const evaluation: ServerModule<{ readonly database: Pick<ServerDatabase, 'system'> }> = {
  tidy: ({ database }) => [{ failure: 'lost experiments run on', run: () => endLostExperiments(database.system) }],
};
