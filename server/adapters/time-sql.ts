/** SQL of a `timestamptz` as the API says it: RFC 3339 in UTC, to the second. */
export function timeSql(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}
