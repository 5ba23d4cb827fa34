/** What shows the traces of a file that opens by itself: made by the build, beside the document of the API. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileViewer, FormatWriter } from '../../core/formats/writer';

export async function fileViewer({ needsViewer }: FormatWriter, openApiFile: string): Promise<FileViewer | null> {
  if (!needsViewer) return null;
  const folder = join(dirname(openApiFile), 'trace-file');
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const [script, style] = await Promise.all([read('viewer.js'), read('viewer.css')]);
  return { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) };
}

/** Of the text as a browser reads it: no carriage return is in it. */
function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
