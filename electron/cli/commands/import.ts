/** `spoor import`: gives files to the Spoor that runs, which says what it read of each. */
import type { FileImportReport } from '../../../core/api/file-import';
import { plural } from '../../../core/model/format';
import { StartError } from '../../../services/store/start-error';
import { importFile, importStream } from '../../host/import-file';
import { FOLDER_OPTIONS, type FolderOptions, folderOptions } from '../../host/options';
import { type RunningApi, runningApi } from '../../host/running-api';
import { defineCommand } from '../command';
import { printable } from '../terminal';

/** Standard input. */
const INPUT = '-';

export const importCommand = defineCommand({
  name: 'import',
  summary: 'Stores what files hold: OTLP, Jaeger, Zipkin and others, packed or not.',
  examples: [
    { line: 'spoor import trace.json spans.pb.gz', does: 'says of each file what it read and what it left out' },
    { line: 'curl -s URL | spoor import -', does: 'reads standard input' },
  ],
  arguments: [{ name: 'FILE', many: true, completes: 'file', missing: 'takes files, such as trace.json.' }],
  options: FOLDER_OPTIONS,
  async run({ values, args, environment }) {
    await importFiles(args, folderOptions(values, environment));
    return 0;
  },
});

/** Goes on with the files after one that fails. @throws StartError naming how many failed */
async function importFiles(files: readonly string[], options: FolderOptions): Promise<void> {
  const api = await runningApi(options);
  let failed = 0;
  for (const file of files) {
    try {
      const report = await sent(api, file);
      process.stdout.write(`${options.json ? JSON.stringify({ file, ...report }) : textOf(file, report)}\n`);
    } catch (error) {
      failed++;
      const message = error instanceof Error ? error.message : String(error);
      process.stderr.write(`spoor: ${printable(`${file}: ${message}`)}\n`);
    }
  }
  if (failed > 0) throw new StartError(`${failed} of ${files.length} files could not be imported.`);
}

function sent(api: RunningApi, file: string): Promise<FileImportReport> {
  return file === INPUT ? importStream(api, process.stdin) : importFile(api, file);
}

/** Names of entries and words of a document are the sender's. */
export function textOf(file: string, report: FileImportReport): string {
  const counts = [
    [report.spans, 'span'],
    [report.logRecords, 'log record'],
    [report.metricPoints, 'metric point'],
  ] as const;
  const read = counts.filter(([count]) => count > 0).map(([count, what]) => plural(count, what));
  const left = report.rejected + report.rejectedDocuments;
  const lines = [`${printable(file)}: ${read.join(', ') || 'nothing'} (${report.formats.join(', ')})`];
  if (report.duplicates > 0) lines.push(`  ${report.duplicates.toLocaleString('en-GB')} of these were already stored`);
  if (left > 0)
    lines.push(`  left out: ${plural(report.rejected, 'record')}, ${plural(report.rejectedDocuments, 'document')}`);
  return [...lines, ...report.reasons.map((reason) => `  ${printable(reason)}`)].join('\n');
}
