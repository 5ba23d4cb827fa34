/** Searches for the traces behind a figure of a service. */

export function ofService(service: string, ...conditions: readonly string[]): string {
  return `{ ${[`resource.service.name = ${quoted(service)}`, ...conditions].join(' && ')} }`;
}

/** A text of TraceQL. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** What a field of a group is, as groups show it. */
export function isValue(field: string, value: string | undefined): string {
  return value === undefined || value === 'nil' ? `${field} = nil` : `${field} = ${quoted(value)}`;
}

/** Spans of a caller's call of another service. */
export function callsBetween(caller: string, callee: string): string {
  return `{ resource.service.name = ${quoted(caller)} } > { resource.service.name = ${quoted(callee)} }`;
}
