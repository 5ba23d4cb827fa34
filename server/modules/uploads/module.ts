/** Files of telemetry, imported once all their parts are there. */
import type { ServerDatabase } from '../../adapters/database';
import { jobKind } from '../../jobs/jobs';
import type { ServerModule } from '../server-module';
import { uploadRoutes } from './api/routes';
import type { Imports } from './service/imports';
import { forgetUploads, IMPORTS, type ImportWork, type Uploads } from './service/uploads';

/** What an import may take. */
const IMPORT_S = 3_600;

interface Services {
  readonly database: Pick<ServerDatabase, 'system'>;
  readonly uploads: Uploads;
  readonly imports: Imports;
}

export const uploads: ServerModule<Services> = {
  routes: uploadRoutes,
  jobs: ({ imports }) => [jobKind<ImportWork>(IMPORTS, (work) => imports.run(work), IMPORT_S)],
  tidy: ({ database }) => [{ failure: 'old uploads stay', run: () => forgetUploads(database.system) }],
};
