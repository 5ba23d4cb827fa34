/** Where a service's page is. */
import { partOfName } from '../../stores/name-in-address';

export const MAP = '/services/map';

export function addressOfService(name: string): string {
  return `/services/${partOfName(name, ['map'])}`;
}
