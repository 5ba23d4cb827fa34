/** Every module of the server. A new one is a folder below `modules/` and a line here. */

import { audit } from './modules/audit/module';
import { auth } from './modules/auth/module';
import { collaboration } from './modules/collaboration/module';
import { evaluation } from './modules/evaluation/module';
import { jobs } from './modules/jobs/module';
import { projects } from './modules/projects/module';
import type { ServerModule } from './modules/server-module';
import { sync } from './modules/sync/module';
import { traces } from './modules/traces/module';
import { uploads } from './modules/uploads/module';
import { webhooks } from './modules/webhooks/module';
import { workspaces } from './modules/workspaces/module';
import type { Services } from './services';

export const MODULES: readonly ServerModule<Services>[] = [
  auth,
  workspaces,
  projects,
  audit,
  collaboration,
  evaluation,
  webhooks,
  uploads,
  sync,
  jobs,
  traces,
];
