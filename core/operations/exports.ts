/** Traces as files of other tools' formats. */
import { z } from 'zod';
import type { ExportPartQuery, ExportQuery, TraceFileQuery } from '../api/export';
import { onePage } from '../api/page';
import { named, whole } from './input';
import { operation, own, resource, through } from './operation';
import { DEPLOYMENT, query, text } from './schemas';

const FORMAT = {
  format: z.string().min(1).max(100),
  maxTokens: z.coerce.number().int().min(500).max(1_000_000).optional(),
};

/** Of one trace; without a format it is answered as the API has it. */
export const TRACE_FILE = z.object(FORMAT).partial();
export const EXPORT = z.object({
  ...FORMAT,
  traceIds: z.string().max(20_000).optional(),
  sessionId: z.string().min(1).max(10_000).optional(),
  query,
  from: text,
  to: text,
  ...DEPLOYMENT,
});

const EXPORT_ID = z.string().min(1).max(100);
const PART = EXPORT.extend({ exportId: EXPORT_ID });

export const exportOperations = {
  listExportFormats: operation({
    summary: 'Formats that traces are exported in',
    permission: 'telemetry:read',
    input: [],
    rest: { method: 'get', path: '/v1/export/formats' },
    run: through(async ({ exports }) => onePage(exports.formats)),
  }),
  /** @throws VALIDATION_ERROR, NOT_FOUND, RATE_LIMITED */
  exportPart: operation({
    summary: 'The next part of a file of traces, which its first part begins',
    permission: 'telemetry:read',
    input: [whole(PART)],
    rest: null,
    run: through(({ exports }, query: ExportPartQuery) => exports.part(query)),
  }),
  cancelExport: operation({
    summary: 'Gives up a file of traces of which parts were asked for',
    permission: 'telemetry:read',
    input: [named('exportId', EXPORT_ID)],
    rest: null,
    run: through(({ exports }, exportId: string) => exports.cancel(exportId)),
  }),
};

export const exportResources = {
  getTrace: resource<TraceFileQuery>({
    summary: 'A trace with every span, without payload; or, with `format`, all of it as a file',
    permission: 'telemetry:read',
    rest: own({ method: 'get', path: '/v1/traces/{traceId}', query: TRACE_FILE, refusals: [404] }),
  }),
  exportTraces: resource<ExportQuery>({
    summary:
      'Traces as a file: those that are named, of a session, or that match a search; without any of these, all of them',
    permission: 'telemetry:read',
    rest: own({
      method: 'get',
      path: '/v1/export',
      query: EXPORT,
      contentType: 'application/octet-stream',
      refusals: [404],
    }),
  }),
};
