import type { Deployment, DeploymentFilter } from '../../../core/model/deployment';
import { DEPLOYMENT_FIELDS } from '../../../core/model/deployment-keys';

/** What can be chosen of one field beside what is chosen of the others. @param known the latest first seen first */
export function choicesOf(
  field: keyof Deployment,
  known: readonly Deployment[],
  chosen: DeploymentFilter,
): readonly string[] {
  const fits = (deployment: Deployment): boolean =>
    DEPLOYMENT_FIELDS.every((other) => other === field || !chosen[other] || deployment[other] === chosen[other]);
  const values = new Set(known.filter(fits).flatMap((deployment) => deployment[field] ?? []));
  const current = chosen[field];
  if (current) values.add(current);
  // The newest version is asked for most; the others are looked for by name.
  return field === 'version' ? [...values] : [...values].sort((a, b) => a.localeCompare(b));
}
