/** All operations. A feature is a file beside this one, and a line here. */
import { alerts } from './alerts';
import { annotations } from './annotations';
import { attributes } from './attributes';
import { comments } from './comments';
import { dashboards } from './dashboards';
import { datasetResources, datasets } from './datasets';
import { experiments } from './experiments';
import { exportOperations, exportResources } from './exports';
import { fileResources, files } from './files';
import { guardrails } from './guardrails';
import { logs } from './logs';
import type { AnyOperation, ApiOf } from './operation';
import { prompts } from './prompts';
import { records } from './records';
import { retention } from './retention';
import { sample } from './sample';
import { savedViews } from './saved-views';
import { scores } from './scores';
import { services } from './services';
import { sessions } from './sessions';
import { settings } from './settings';
import { status, statusResources } from './status';
import { sync } from './sync';
import { tags } from './tags';
import { timeline } from './timeline';
import { traceResources, traces } from './traces';
import { usage } from './usage';
import { windows } from './windows';

export const OPERATIONS = {
  ...status,
  ...sample,
  ...traces,
  ...timeline,
  ...annotations,
  ...comments,
  ...tags,
  ...scores,
  ...guardrails,
  ...alerts,
  ...datasets,
  ...experiments,
  ...prompts,
  ...savedViews,
  ...dashboards,
  ...services,
  ...usage,
  ...sessions,
  ...attributes,
  ...logs,
  ...records,
  ...retention,
  ...settings,
  ...files,
  ...exportOperations,
  ...sync,
  ...windows,
};

/** Routes of REST that are made of several operations, or of none. */
export const RESOURCES = {
  ...statusResources,
  ...traceResources,
  ...datasetResources,
  ...exportResources,
  ...fileResources,
};

/** What pages, programs and the command line may ask. Times are RFC 3339 with nine fractional digits, durations nanoseconds. */
export type SpoorApi = ApiOf<typeof OPERATIONS>;

export type OperationName = keyof SpoorApi;

/** For whoever treats all of them alike. */
export const ALL_OPERATIONS: ReadonlyMap<string, AnyOperation> = new Map<string, AnyOperation>(
  Object.entries(OPERATIONS),
);
