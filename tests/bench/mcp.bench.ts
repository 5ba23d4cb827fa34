/**
 * Whether an agent finds out what happened: thirty questions over a recorded workspace, asked through the official client. Each must be answered in
 * at most three calls and 6 kB, with the facts. No model is needed: the calls are those of an agent that chooses well.
 */
import { askQuestion } from '../fixtures/ask-questions';
import { mcpOverHttp } from '../fixtures/mcp-client';
import { QUESTIONS } from '../fixtures/mcp-questions';
import { mcpRequests } from '../fixtures/mcp-workspace';
import { startSpoor, temporaryFolder } from '../fixtures/spoor';
import { report } from './report';

const MOST_CALLS = 3;
const MOST_BYTES = 6_000;

async function main(): Promise<number> {
  const folder = await temporaryFolder();
  const spoor = await startSpoor(folder.path);
  let failed = 0;
  try {
    for (const { path, body } of mcpRequests(BigInt(Date.now()) * 1_000_000n)) await spoor.post(path, body);
    const client = await mcpOverHttp(spoor.ready.ui, spoor.ready.token);
    const asked: Awaited<ReturnType<typeof askQuestion>>[] = [];
    for (const question of QUESTIONS) {
      const one = await askQuestion(client, question);
      const isGood = one.missing.length === 0 && one.calls <= MOST_CALLS && one.textBytes <= MOST_BYTES;
      if (!isGood) failed++;
      const missing = one.missing.length > 0 ? `  misses ${one.missing.join(' ')}` : '';
      process.stdout.write(
        `${isGood ? 'ok  ' : 'FAIL'} ${question.asks.padEnd(52)} ${one.calls} calls ${String(one.textBytes).padStart(6)} B${missing}\n`,
      );
      asked.push(one);
    }
    await client.close();
    const most = (of: (one: (typeof asked)[number]) => number): number => Math.max(...asked.map(of));
    report(
      'mcp',
      [
        { name: 'questions', value: QUESTIONS.length, unit: 'questions' },
        { name: 'answered', value: QUESTIONS.length - failed, unit: 'questions' },
        { name: 'most calls for one', value: most(({ calls }) => calls), unit: 'calls' },
        { name: 'most read for one', value: most(({ textBytes }) => textBytes), unit: 'bytes' },
        {
          name: 'mean read',
          value: asked.reduce((sum, { textBytes }) => sum + textBytes, 0) / asked.length,
          unit: 'bytes',
        },
        { name: 'most structured data for one', value: most(({ dataBytes }) => dataBytes), unit: 'bytes' },
      ],
      { failed: asked.filter(({ missing }) => missing.length > 0).map(({ question }) => question.asks) },
    );
  } finally {
    await spoor.stop();
    await folder.remove();
  }
  return failed;
}

main().then(
  (failed) => process.exit(failed > 0 ? 1 : 0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
