/** The log records of a trace in which an agent may tell what its spans leave out. */

const PAGE = 100;
/** Pages that are read; a prompt of a coding agent has some hundreds of records. */
const MAX_PAGES = 50;

interface Query {
  readonly traceId: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly nextCursor: string | null };
}

/** @param list newest first @returns the oldest first */
export async function logsOfTrace<T>(traceId: string, list: (query: Query) => Promise<Page<T>>): Promise<T[]> {
  const logs: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, pagination }: Page<T> = await list({ traceId, limit: PAGE, cursor });
    logs.push(...data);
    if (pagination.nextCursor === null) break;
    cursor = pagination.nextCursor;
  }
  return logs.reverse();
}
