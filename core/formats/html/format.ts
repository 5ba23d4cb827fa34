/**
 * One file that shows traces by itself, without a network: the page, what paints it, and the traces as OTLP/JSON. Nothing of a trace is
 * markup or script in it, and its policy allows the one script and the one style that Spoor wrote, by their digests.
 */
import type { TraceSummary } from '../../model/trace-summary';
import { resourceSpansJson } from '../otlp/otlp-json';
import type { FileWriter, FormatWriter, WriterTools, WrittenFormat, WrittenTrace } from '../writer';
import { END_BLOCK, type FileEnd, SPANS_BLOCK, TRACE_BLOCK } from './file-data';

/** A browser holds several times as much for them. */
const MAX_DATA_CHARS = 64 * 1024 * 1024;

const WRITER: FormatWriter = {
  name: 'html',
  title: 'HTML, a page that opens by itself',
  extension: 'html',
  mediaType: 'text/html',
  loses:
    'spans beyond 64 MiB of JSON, of which the page says how many; logs, notes and scores; fields that are newer than the protocol as Spoor knows it',
  sentIds: false,
  sentTimes: false,
  needsColumns: false,
  needsViewer: true,
  needsOrder: false,
  open: (tools) => new HtmlFile(tools),
};

export const HTML: WrittenFormat = { name: 'html', title: 'HTML', writers: [WRITER] };

class HtmlFile implements FileWriter {
  private isBegun = false;
  private room = MAX_DATA_CHARS;
  private readonly end = { spansLeftOut: 0, tracesLeftOut: 0 };
  private left = 0;

  constructor(private readonly tools: WriterTools) {}

  beginTrace({ summary }: WrittenTrace): string {
    const head = this.isBegun ? '' : this.head(summary.rootName);
    this.isBegun = true;
    this.left = summary.spanCount;
    return head + this.block(TRACE_BLOCK, JSON.stringify(summary));
  }

  spans(request: Uint8Array): string {
    if (this.isFull) return '';
    const json = `[${resourceSpansJson(request)}]`;
    this.left -= json.split('"startTimeUnixNano":').length - 1;
    return this.block(SPANS_BLOCK, json);
  }

  endTrace(): string {
    this.end.spansLeftOut += Math.max(0, this.left);
    return '';
  }

  get isFull(): boolean {
    return this.room <= 0;
  }

  leaveOut({ spanCount }: TraceSummary): void {
    this.end.tracesLeftOut++;
    this.end.spansLeftOut += spanCount;
  }

  finish(): string {
    const { viewer } = this.tools;
    const end: FileEnd = this.end;
    return `${this.isBegun ? '' : this.head('')}${this.block(END_BLOCK, JSON.stringify(end))}<script>${viewer?.script ?? ''}</script>\n</body>\n</html>\n`;
  }

  private block(name: string, json: string): string {
    this.room -= json.length;
    // No text of a trace may end the element that it is in, or begin one.
    const inert = json.replaceAll('<', '\\u003c');
    return `<script type="application/json" data-block="${name}">${inert}</script>\n`;
  }

  private head(name: string): string {
    const { viewer } = this.tools;
    const policy = `default-src 'none'; script-src '${viewer?.scriptHash ?? 'none'}'; style-src '${viewer?.styleHash ?? 'none'}'; base-uri 'none'; form-action 'none'`;
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>${markup(name || 'Trace')} · Spoor</title>
<style>${viewer?.style ?? ''}</style>
</head>
<body>
<noscript>This page shows traces by its own script, which is not allowed to run here.</noscript>
<div id="root"></div>
`;
  }
}

function markup(text: string): string {
  const name = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' } as const;
  return text.slice(0, 200).replace(/[&<>"]/g, (char) => name[char as keyof typeof name]);
}
