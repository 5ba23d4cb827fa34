/** `spoor run --report`: what came of a run, as Markdown or as a page, for whoever reads the results of a CI job. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { TraceResource } from '../../../core/api/http-resources';
import { formatDuration } from '../../../core/model/format';
import type { RunningApi } from '../../host/running-api';
import { cut, printable } from '../terminal';
import { type FailedSpan, reasonsOf, treeLines } from '../trace-outline';
import type { Arrived, ListedTrace } from './run-traces';

export interface RunResult {
  readonly command: readonly string[];
  readonly exitCode: number;
  readonly durationMs: number;
  readonly arrived: Arrived;
  readonly checks: readonly Check[];
}

/** A `--fail-on`, and which traces of the run match. */
export interface Check {
  readonly query: string;
  readonly matched: readonly ListedTrace[];
}

/** Traces in the report, failed ones first; spans of each; failures of each with their reasons. */
const MAX_TRACES = 20;
const MAX_SPANS = 200;
const MAX_FAILURES = 20;
const MAX_REASON_CHARS = 300;
export const REPORT_ENDINGS: readonly string[] = ['.md', '.markdown', '.html', '.htm'];

interface TraceReport {
  readonly trace: TraceResource;
  readonly failures: readonly FailedSpan[];
  readonly lines: readonly string[];
}

export async function writeReport(file: string, api: RunningApi, result: RunResult): Promise<void> {
  const listed = result.arrived.traces.toSorted((a, b) => b.errorCount - a.errorCount).slice(0, MAX_TRACES);
  const traces: TraceReport[] = [];
  for (const { traceId } of listed) {
    const trace = await api.json<TraceResource>(`/v1/traces/${traceId}`);
    const lines = treeLines(trace, { atMost: MAX_SPANS, columns: null, paint: (_color, text) => text, hint: '' });
    const failures = (await reasonsOf(api, trace, MAX_FAILURES)).map(({ span, reasons }) => ({
      span,
      reasons: reasons.map((reason) => cut(reason, MAX_REASON_CHARS)),
    }));
    traces.push({ trace, failures, lines });
  }
  const isPage = /^\.html?$/i.test(extname(file));
  await writeFile(file, isPage ? htmlOf(result, traces) : markdownOf(result, traces));
}

/** "12 spans in 2 traces (1 failed), 4 log records". */
export function summaryOf({ traces, spans, logRecords, metricPoints, complete }: Arrived): string {
  const failed = traces.filter(({ failedCount, errorCount }) => failedCount > 0 || errorCount > 0).length;
  const parts = [
    `${complete ? '' : 'at least '}${count(spans, 'span')} in ${count(traces.length, 'trace')}`,
    ...(logRecords > 0 ? [count(logRecords, 'log record')] : []),
    ...(metricPoints > 0 ? [`${count(metricPoints, 'metric point')} (of all senders)`] : []),
  ];
  return `${parts[0]}${failed > 0 ? ` (${failed} with errors)` : ''}${parts.length > 1 ? `, ${parts.slice(1).join(', ')}` : ''}`;
}

function count(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
}

function endingOf({ exitCode, durationMs }: RunResult): string {
  return `exit code ${exitCode} after ${formatDuration(durationMs * 1e6)}`;
}

function checkText({ query, matched }: Check): [string, string] {
  return [query, matched.length === 0 ? 'no trace matches' : `${count(matched.length, 'trace')} matched`];
}

function markdownOf(result: RunResult, traces: readonly TraceReport[]): string {
  const { command, arrived, checks } = result;
  const lines = [
    `## Spoor: ${codeSpan(command.join(' '))}`,
    '',
    `${endingOf(result)}. ${summaryOf(arrived)}.`,
    ...(arrived.by === 'time' ? ['', 'Found by time: the program did not send the id of the run.'] : []),
  ];
  if (checks.length > 0) {
    lines.push('', '| fails on | |', '| --- | --- |');
    for (const check of checks) {
      const [query, said] = checkText(check);
      lines.push(`| ${codeSpan(query).replace(/\|/g, '\\|')} | ${said} |`);
    }
  }
  for (const { trace, failures, lines: spans } of traces) {
    lines.push('', `### ${plain(`${trace.rootService}: ${trace.rootName}`)}`, '');
    lines.push(`${formatDuration(trace.durationNs)}, ${count(trace.spanCount, 'span')}, trace \`${trace.traceId}\``);
    for (const { span, reasons } of failures) {
      lines.push(
        '',
        `- **${plain(span.name)}** (${plain(span.service)})`,
        ...reasons.map((reason) => `  - ${plain(reason)}`),
      );
    }
    const fence = fenceFor(spans);
    lines.push('', '<details><summary>Spans</summary>', '', fence, ...spans, fence, '', '</details>');
  }
  const left = arrived.traces.length - traces.length;
  if (left > 0) lines.push('', `${count(left, 'more trace')} not shown.`);
  return `${lines.join('\n')}\n`;
}

/** Text of a program, in which nothing is markup. */
function plain(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]()#+\-.!|<>&~@:/]/g, (mark) =>
    /[<>&]/.test(mark) ? entity(mark) : `\\${mark}`,
  );
}

function codeSpan(text: string): string {
  const shown = printable(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map(({ length }) => length));
  const ticks = '`'.repeat(longest + 1);
  return longest === 0 ? `${ticks}${shown}${ticks}` : `${ticks} ${shown} ${ticks}`;
}

function fenceFor(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)));
  return '`'.repeat(longest + 1);
}

function htmlOf(result: RunResult, traces: readonly TraceReport[]): string {
  const { command, arrived, checks } = result;
  const title = `Spoor: ${escaped(printable(command.join(' ')))}`;
  const rows = checks.map((check) => {
    const [query, said] = checkText(check);
    return `<tr class="${check.matched.length > 0 ? 'bad' : ''}"><td><code>${escaped(printable(query))}</code></td><td>${said}</td></tr>`;
  });
  const sections = traces.map(({ trace, failures, lines }) => {
    const reasons = failures.map(
      ({ span, reasons: all }) =>
        `<li><b>${escaped(printable(span.name))}</b> (${escaped(printable(span.service))})${all.map((reason) => `<br>${escaped(reason)}`).join('')}</li>`,
    );
    return `<section><h2>${escaped(printable(`${trace.rootService}: ${trace.rootName}`))}</h2>
<p>${formatDuration(trace.durationNs)}, ${count(trace.spanCount, 'span')}, trace <code>${escaped(trace.traceId)}</code></p>
${reasons.length > 0 ? `<ul class="bad">${reasons.join('')}</ul>` : ''}
<pre>${lines.map((line) => escaped(line)).join('\n')}</pre></section>`;
  });
  const left = arrived.traces.length - traces.length;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { overflow-wrap: anywhere; } h1 { font-size: 1.3rem; } h2 { font-size: 1.1rem; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 6px; }
td { padding: .2rem .8rem .2rem 0; } .bad { color: light-dark(#b42318, #ff8a80); }
</style></head><body>
<h1>${title}</h1>
<p>${endingOf(result)}. ${summaryOf(arrived)}.${arrived.by === 'time' ? ' Found by time: the program did not send the id of the run.' : ''}</p>
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}
${sections.join('\n')}
${left > 0 ? `<p>${count(left, 'more trace')} not shown.</p>` : ''}
</body></html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, entity);
}

function entity(mark: string): string {
  return `&#${mark.charCodeAt(0)};`;
}
