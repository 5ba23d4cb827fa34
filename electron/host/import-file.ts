/** Sends a file to a Spoor that runs. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FileImportReport } from '../../core/api/file-import';
import { StartError } from '../../services/store/start-error';
import type { RunningApi } from './running-api';

/** @throws StartError with what the API says is wrong, or where it is a folder; what Node says where it cannot be read */
export async function importFile(api: RunningApi, file: string): Promise<FileImportReport> {
  if ((await stat(file)).isDirectory()) throw new StartError('It is a folder; name the files in it.');
  return importStream(api, createReadStream(file));
}

/** @throws StartError with what the API says is wrong */
export async function importStream(api: RunningApi, stream: Readable): Promise<FileImportReport> {
  // Node's own stream; the library's type is of the browser's.
  const body = Readable.toWeb(stream) as unknown as RequestInit['body'];
  const init = { method: 'POST', body, duplex: 'half', headers: { 'content-type': 'application/octet-stream' } };
  const response = await api.request('/v1/import', init as RequestInit);
  return (await response.json()) as FileImportReport;
}
