/** `npm run fuzz -- [inputs] [seed]`: runs until that many inputs are through or something is found. */
import { fuzz } from './fuzz';

const CHUNK = 200_000;
const inputs = Number(process.argv[2] ?? 1_000_000);
let seed = Number(process.argv[3] ?? Date.now() % 1_000_000_000);
const startedAt = performance.now();
process.stdout.write(`seed ${seed}\n`);
let done = 0;
let records = 0;
let accepted = 0;
while (done < inputs) {
  const report = fuzz(Math.min(CHUNK, inputs - done), seed);
  done += report.inputs;
  records += report.records;
  accepted += report.accepted;
  seed += report.inputs;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  process.stdout.write(`${done} inputs, ${records} records compared, ${accepted} damaged accepted, ${seconds} s\n`);
  for (const finding of report.findings) process.stdout.write(`${JSON.stringify(finding).slice(0, 2_000)}\n`);
  if (report.findings.length > 0) process.exit(1);
}
