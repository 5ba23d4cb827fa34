/** `npm run fuzz -- [inputs] [seed]`: runs until that many inputs are through, something is found, or too much memory was taken. */
import { fuzz } from './fuzz';

/** The memory that all of it has to do with. */
const MAX_RSS_BYTES = 1.5 * 1024 ** 3;
const CHUNK = 200_000;

async function main(inputs: number, firstSeed: number): Promise<void> {
  const startedAt = performance.now();
  process.stdout.write(`seed ${firstSeed}\n`);
  const kinds = new Map<string, number>();
  let seed = firstSeed;
  let done = 0;
  let records = 0;
  let accepted = 0;
  while (done < inputs) {
    const report = await fuzz(Math.min(CHUNK, inputs - done), seed);
    done += report.inputs;
    records += report.records;
    accepted += report.accepted;
    for (const [kind, count] of report.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
    seed += report.inputs;
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
    process.stdout.write(`${done} inputs, ${records} records compared, ${accepted} damaged accepted, ${seconds} s\n`);
    const peak = process.resourceUsage().maxRSS * 1024;
    const byKind = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
    process.stdout.write(`  ${byKind}; at most ${Math.round(peak / 1024 ** 2)} MiB\n`);
    for (const finding of report.findings) process.stdout.write(`${JSON.stringify(finding).slice(0, 2_000)}\n`);
    if (report.findings.length > 0 || peak > MAX_RSS_BYTES) process.exit(1);
  }
}

void main(Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? Date.now() % 1_000_000_000));
