/** Which attributes of a resource say where its spans come from; the first that says anything counts. */
import type { Deployment } from './deployment';
import type { KeyValue } from './json-types';

export const DEPLOYMENT_FIELDS = ['environment', 'version', 'team'] as const satisfies readonly (keyof Deployment)[];

/**
 * OpenTelemetry's conventions have no team: `service.namespace` is "for example the team name that owns a group of services"
 * (opentelemetry.io/docs/specs/semconv/resource/service), and what people write beside it says it better.
 */
export const DEPLOYMENT_KEYS: Readonly<Record<keyof Deployment, readonly string[]>> = {
  environment: ['deployment.environment.name', 'deployment.environment'],
  version: ['service.version'],
  team: ['team', 'team.name', 'department', 'service.namespace'],
};

/** Longer ones are no names. */
const MAX_CHARS = 200;

/** Null: the resource says nothing of the kind. */
export function deploymentOf(attributes: readonly KeyValue[]): Deployment | null {
  const values = new Map(attributes.map(({ key, value }) => [key, 'stringValue' in value ? value.stringValue : null]));
  const of = (field: keyof Deployment): string | null => {
    const value = DEPLOYMENT_KEYS[field].map((key) => values.get(key)).find((one) => one !== undefined && one !== '');
    return typeof value === 'string' && value.length <= MAX_CHARS && !value.includes('\0') ? value : null;
  };
  const deployment = { environment: of('environment'), version: of('version'), team: of('team') };
  return DEPLOYMENT_FIELDS.some((field) => deployment[field] !== null) ? deployment : null;
}
