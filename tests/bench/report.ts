/** How every benchmark reports: a table for people, then one line `RESULT {json}` with figures, versions and the machine. */
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export const SHORT = process.argv.includes('--short');

export function report(benchmark: string, figures: readonly Figure[], more: object = {}): void {
  for (const { name, value, unit } of figures) {
    process.stdout.write(`${name.padEnd(44)} ${format(value).padStart(12)} ${unit}\n`);
  }
  const version = (name: string): string =>
    (JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  const result = {
    benchmark,
    short: SHORT,
    figures: Object.fromEntries(
      figures.map(({ name, value, unit }) => [`${name} (${unit})`, Number(value.toPrecision(4))]),
    ),
    ...more,
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 1024 ** 3),
      os: process.platform,
    },
    versions: { node: process.versions.node, pglite: version('@electric-sql/pglite') },
  };
  process.stdout.write(`RESULT ${JSON.stringify(result)}\n`);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
