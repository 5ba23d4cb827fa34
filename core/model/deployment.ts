/** Where spans come from, as their resources say. */
export interface Deployment {
  /** `deployment.environment.name`. */
  readonly environment: string | null;
  /** `service.version`. */
  readonly version: string | null;
  /** Of people: `team`, or what else names them (core/model/deployment-keys.ts). */
  readonly team: string | null;
}

/** Only what resources say all of this of; what is left out may be anything. */
export interface DeploymentFilter {
  readonly environment?: string | undefined;
  readonly version?: string | undefined;
  readonly team?: string | undefined;
}
