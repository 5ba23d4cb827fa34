/** `spoor doctor`: why nothing arrives, and what to do. */
import type { StatusResource } from '../../../core/api/http-resources';
import { StartError } from '../../../services/store/start-error';
import { type OptionTable, UsageError, type ValuesOf } from '../../host/option-table';
import { FOLDER_OPTIONS, folderOptions, START_OPTIONS, type StartOptions, startOptions } from '../../host/options';
import { builtPaths } from '../../host/paths';
import { runningApiOrNull } from '../../host/running-api';
import { type ListenAddresses, listenAddresses, readValues } from '../../host/settings';
import { defineCommand } from '../command';
import { writeBundle } from '../doctor/bundle';
import { broken, type Finding, fine, warning } from '../doctor/finding';
import { clockFindings, folderFindings, nodeFindings, portFindings } from '../doctor/machine';
import { runningFindings } from '../doctor/running';
import { variableFindings } from '../doctor/variables';
import { tellOf } from '../output-file';
import { type Paint, paintFor, printable } from '../terminal';

const EXIT_BROKEN = 1;

const OPTIONS = {
  bundle: {
    type: 'string',
    value: 'FILE',
    completes: 'file',
    summary: 'write a .zip for somebody who helps: no token, no values of attributes, no paths of yours',
  },
  'otlp-http': START_OPTIONS['otlp-http'],
  'otlp-grpc': START_OPTIONS['otlp-grpc'],
  ui: START_OPTIONS.ui,
  ...FOLDER_OPTIONS,
} as const satisfies OptionTable;

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'Finds out why nothing arrives, and says what to do.',
  description: [
    `It looks at the ports and who holds them, the variables of this shell, whether Spoor runs, what it refused, the clock, the database, the disk and the data folder. The exit code is ${EXIT_BROKEN} if something is broken.`,
  ],
  examples: [
    { line: 'spoor doctor', does: 'checks the variables of the shell that starts your program' },
    { line: 'spoor doctor --bundle spoor.zip', does: 'writes what it found to a file for an issue' },
  ],
  arguments: [],
  options: OPTIONS,
  run: ({ values, environment }) => doctor(values, environment),
});

async function doctor(values: ValuesOf<typeof OPTIONS>, environment: NodeJS.ProcessEnv): Promise<number> {
  const options = folderOptions(values, environment);
  if (values.bundle !== undefined && !/\.zip$/i.test(values.bundle)) {
    throw new UsageError(`--bundle ${values.bundle} does not end in .zip.`);
  }
  const addresses = await addressesOf(options.dataDir, startOptions(values, environment));
  const { version } = builtPaths(__dirname);
  const status = await statusOf(options);
  const ports = status.resource?.ports ?? { otlpHttp: addresses.otlpHttp.port, otlpGrpc: addresses.otlpGrpc.port };
  const findings: Finding[] = [
    ...nodeFindings(version),
    ...status.findings,
    ...(status.resource
      ? await runningFindings(status.resource)
      : await portFindings([
          ['OTLP over HTTP', addresses.otlpHttp, '--otlp-http'],
          ['OTLP over gRPC', addresses.otlpGrpc, '--otlp-grpc'],
          ['pages', addresses.ui, '--ui'],
        ])),
    ...variableFindings(environment, { http: ports.otlpHttp, grpc: ports.otlpGrpc }),
    ...(await folderFindings(options.dataDir)),
    ...(await clockFindings(__filename)),
  ];
  const isBroken = findings.some(({ state }) => state === 'broken');
  print(findings, options.json, paintFor(process.stdout, environment));
  if (values.bundle !== undefined) {
    await writeBundle(values.bundle, {
      version,
      findings,
      status: status.resource,
      dataDir: options.dataDir,
      token: options.token,
      environment,
    }).catch(tellOf(values.bundle));
    process.stderr.write(`spoor: ${values.bundle} is written. Look into it before you send it.\n`);
  }
  return isBroken ? EXIT_BROKEN : 0;
}

interface StatusSeen {
  readonly resource: StatusResource | null;
  readonly findings: readonly Finding[];
}

async function statusOf(options: Parameters<typeof runningApiOrNull>[0]): Promise<StatusSeen> {
  const api = await runningApiOrNull(options);
  if (api === null) {
    return {
      resource: null,
      findings: [warning('running', `No Spoor runs on ${options.dataDir}.`, 'Start it with spoor, or spoor serve')],
    };
  }
  const where = `Spoor runs at ${api.instance.ui} (process ${api.instance.pid})`;
  try {
    const resource = await api.json<StatusResource>('/v1/status');
    return { resource, findings: [fine('running', `${where}.`)] };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const mend = 'If you gave a token, leave it out: the one in the data folder is used';
    return {
      resource: null,
      findings: [broken('running', `${where}, and does not tell its state: ${error.message}`, mend)],
    };
  }
}

const MARKS = { fine: '\u2713', warning: '!', broken: '\u2717' } as const;

function print(findings: readonly Finding[], json: boolean, paint: Paint): void {
  if (json) {
    const ok = findings.every(({ state }) => state !== 'broken');
    process.stdout.write(`${JSON.stringify({ ok, findings })}\n`);
    return;
  }
  const lines = findings.flatMap(({ state, message, mend }) => {
    const line = printable(`${MARKS[state]} ${message}`);
    return [
      state === 'fine' ? line : paint(state === 'broken' ? 'red' : 'bold', line),
      ...(mend === null ? [] : [printable(`    ${mend}.`)]),
    ];
  });
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Where Spoor would listen; a file that cannot be used says nothing. */
async function addressesOf(dataDir: string, options: StartOptions): Promise<ListenAddresses> {
  const settings = await readValues(dataDir, options.overrides).catch(() => null);
  return settings === null ? options : listenAddresses(settings, options);
}
