/**
 * The colour of a service: one of twelve hues, told by its name alone, so that it is the same on every page, after a reload and on
 * every machine. Two services may share one; their names stand beside it everywhere. The factor is one with which the names that
 * demonstrations use share none.
 */
export const SERVICE_COLORS = 12;

export function serviceColor(service: string): string {
  return `var(--series-${serviceSlot(service)})`;
}

/** Number of the colour, from 0. FNV-1a, whose low bits alone are mixed too little for names that differ in a digit. */
export function serviceSlot(service: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < service.length; i++) hash = Math.imul(hash ^ service.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3d71);
  return ((hash ^ (hash >>> 13)) >>> 0) % SERVICE_COLORS;
}
