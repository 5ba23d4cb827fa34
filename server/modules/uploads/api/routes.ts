import { z } from 'zod';
import { UPLOAD_FORMATS } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { NAME } from '../../../http/fields';
import { uuidOf } from '../../../http/ids';
import { type Principal, type Route, route } from '../../../http/route';
import { PART_BYTES, type Uploads } from '../service/uploads';

const UPLOAD = z.strictObject({
  name: NAME,
  format: z.enum(UPLOAD_FORMATS).default('otlp-json-lines'),
  gzip: z.boolean().default(false),
  size: z.number().int().min(1),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable()
    .default(null),
});
const access = 'telemetry:ingest';
const ONE = '/v1/uploads/:uploadId';
/** RFC 9530. */
const DIGEST = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/;

export function uploadRoutes({ uploads }: { readonly uploads: Uploads }): Route[] {
  return [
    route('post', '/v1/uploads', { access, body: UPLOAD, status: 201 }, async ({ who, body }) => {
      return uploads.create(who.workspace.id, projectOf(who), body);
    }),
    route('get', ONE, { access }, async ({ who, params }) => {
      return uploads.get(who.workspace.id, projectOf(who), uuidOf(params.uploadId));
    }),
    route('put', `${ONE}/parts/:n`, { access, maxBytes: PART_BYTES }, async ({ who, params, bytes, headers }) => {
      const given = DIGEST.exec(headers.get('content-digest') ?? '')?.[1];
      const digest = given === undefined ? null : Buffer.from(given, 'base64').toString('hex');
      return uploads.put(who.workspace.id, projectOf(who), uuidOf(params.uploadId), Number(params.n), bytes, digest);
    }),
    route('post', `${ONE}/complete`, { access, status: 202 }, async ({ who, params }) => {
      return uploads.complete(who.workspace.id, projectOf(who), uuidOf(params.uploadId));
    }),
    route('delete', ONE, { access, status: 204 }, async ({ who, params }) => {
      await uploads.remove(who.workspace.id, projectOf(who), uuidOf(params.uploadId));
      return null;
    }),
  ];
}

/** Whose telemetry it is: that of the key's project. */
function projectOf(who: Principal): string {
  if (who.kind === 'api-key') return who.projectId;
  throw new SpoorError('FORBIDDEN', 'This needs an API key that may ingest.');
}
