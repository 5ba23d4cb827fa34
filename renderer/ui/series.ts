/** The colour of a service: the same on every screen of a session, and different from its neighbours while seven suffice. */
export const SERVICE_COLORS = 7;
const slots = new Map<string, number>();
const used = new Array<number>(SERVICE_COLORS).fill(0);

export function serviceColor(service: string): string {
  return `var(--series-${serviceSlot(service)})`;
}

/** Number of the colour, from 0. */
export function serviceSlot(service: string): number {
  let slot = slots.get(service);
  if (slot === undefined) {
    slot = preferred(service);
    // The least used colour, looked for from the one that the name asks for.
    for (let k = 1; k < SERVICE_COLORS; k++) {
      const next = (preferred(service) + k) % SERVICE_COLORS;
      if ((used[next] as number) < (used[slot] as number)) slot = next;
    }
    used[slot] = (used[slot] as number) + 1;
    slots.set(service, slot);
  }
  return slot;
}

/** FNV-1a. */
function preferred(service: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < service.length; i++) hash = Math.imul(hash ^ service.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % SERVICE_COLORS;
}
