/**
 * `npm run clients [-- NAMES] [--update] [--record]`: real clients against a model server of ours, into a real Spoor on an empty folder;
 * then what Spoor shows is compared with what the server said.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSpoor, temporaryFolder } from '../fixtures/spoor';
import { type Client, readClient } from './client';
import { CLIENTS } from './clients';
import { compare, type Fact } from './compare';
import { type Installed, install, NotHere } from './install';
import { startModelServer } from './model/server';
import { readShown, readSpans } from './shown';

/** Importing a framework alone takes minutes where the machine is busy. */
const RUN_TIMEOUT_MS = 600_000;

interface Outcome {
  readonly client: string;
  readonly version: string;
  readonly state: 'held' | 'differs' | 'failed' | 'skipped';
  readonly lines: readonly string[];
}

const options = process.argv.slice(2).filter((word) => word.startsWith('--'));
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const strange = [...named.filter((name) => !CLIENTS.includes(name)), ...options.filter((one) => one !== '--update')];
if (strange.length > 0) {
  process.stderr.write(`Unknown: ${strange.join(', ')}. Clients: ${CLIENTS.join(', ')}. Options: --update\n`);
  process.exit(2);
}

void main(named.length > 0 ? named : CLIENTS);

async function main(names: readonly string[]): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const outcome = await tryClient(readClient(name));
    outcomes.push(outcome);
    say(outcome);
  }
  process.stdout.write(`\n${table(outcomes)}\n`);
  const count = (state: Outcome['state']): number => outcomes.filter((one) => one.state === state).length;
  const bad = count('differs') + count('failed');
  process.stdout.write(`\n${count('held')} passed, ${bad} failed, ${count('skipped')} skipped\n`);
  process.exit(bad > 0 ? 1 : 0);
}

async function tryClient(client: Client): Promise<Outcome> {
  let installed: Installed;
  try {
    installed = install(client, options.includes('--update'));
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    return { client: client.name, version: client.packages[0] ?? '', state: 'skipped', lines: [error.message] };
  }
  const { version } = installed;
  const folder = await temporaryFolder();
  const [model, spoor] = [await startModelServer(), await startSpoor(folder.path)];
  try {
    const { code, output } = await run(client, installed, { MODEL_URL: model.url, OTLP_URL: spoor.ready.otlpHttp });
    if (code !== 0)
      return {
        client: client.name,
        version,
        state: 'failed',
        lines: [`exit ${code}`, ...output.split('\n').slice(-12)],
      };
    if (model.calls.length === 0)
      return { client: client.name, version, state: 'failed', lines: ['it asked no model', ...model.strange, output] };
    const shown = await readShown(spoor);
    keep(
      `${client.name}.json`,
      JSON.stringify({ calls: model.calls, ...shown, spans: await readSpans(spoor, shown) }, null, 1),
    );
    const facts = compare(client, model.calls, shown);
    const lines = [
      ...model.strange.map((path) => `asked for ${path}`),
      ...facts.flatMap((fact) => differs(client, fact)),
    ];
    return { client: client.name, version, state: lines.length > 0 ? 'differs' : 'held', lines };
  } finally {
    await spoor.stop();
    await model.close();
    await folder.remove();
  }
}

async function run(
  client: Client,
  { command, environment, folder }: Installed,
  urls: Readonly<Record<string, string>>,
) {
  const [file, ...args] = command;
  const otlp = {
    OTEL_EXPORTER_OTLP_ENDPOINT: urls.OTLP_URL,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_SERVICE_NAME: client.name,
  };
  const child = spawn(file as string, args, {
    cwd: folder,
    env: { ...process.env, ...otlp, ...patience(client), ...urls, ...environment, ...client.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_TIMEOUT_MS,
  });
  let output = '';
  const add = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  keep(`${client.name}.log`, output);
  return { code, output: output.trim() };
}

/** Exporters give up after ten seconds, which a busy machine may need for the first of a client. */
function patience({ language }: Client): { OTEL_EXPORTER_OTLP_TIMEOUT: string; OTEL_BSP_EXPORT_TIMEOUT: string } {
  // Python counts in seconds, others in milliseconds.
  return { OTEL_EXPORTER_OTLP_TIMEOUT: language === 'python' ? '120' : '120000', OTEL_BSP_EXPORT_TIMEOUT: '120000' };
}

/** What a client printed and what Spoor shows of it, in the folder that SPOOR_CLIENTS_LOG names. */
function keep(file: string, text: string): void {
  if (process.env.SPOOR_CLIENTS_LOG) writeFileSync(join(process.env.SPOOR_CLIENTS_LOG, file), text);
}

/** What does not hold, or holds though it is said not to come. */
function differs({ lacks }: Client, { name, wanted, got, held }: Fact): string[] {
  const isLacking = name in lacks;
  if (held !== isLacking) return [];
  return [
    held
      ? `${name}: comes now, though client.json says that it does not`
      : `${name}: ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`,
  ];
}

function say({ client, version, state, lines }: Outcome): void {
  process.stdout.write(
    `${state.padEnd(8)} ${client} (${version})\n${lines.map((line) => `         ${line}\n`).join('')}`,
  );
}

function table(all: readonly Outcome[]): string {
  const rows = [
    ['client', 'version', 'what Spoor shows'],
    ...all.map(({ client, version, state, lines }) => [
      client,
      version,
      state === 'held'
        ? 'held'
        : `${state}: ${lines
            .map((line) => line.split(':')[0]?.trim())
            .slice(0, state === 'failed' ? 1 : undefined)
            .join(', ')}`,
    ]),
  ];
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
