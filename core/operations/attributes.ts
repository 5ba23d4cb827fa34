/** What spans and resources say of themselves. */
import { z } from 'zod';
import type { AttributeQuery } from '../api/attributes';
import { onePage } from '../api/page';
import { read } from '../store/workspace/store-call';
import { named, whole } from './input';
import { operation } from './operation';
import { cursor, longLimit, text } from './schemas';

const LIST = z.object({ query: text, from: text, to: text, limit: longLimit, cursor });

export const attributes = {
  listAttributes: operation({
    summary: 'Keys of spans and resources, the most frequent first',
    permission: 'telemetry:read',
    input: [whole(LIST)],
    rest: { method: 'get', path: '/v1/attributes' },
    run: read(({ attributes }, query: AttributeQuery) => attributes.keys(query)),
  }),
  listAttributeValues: operation({
    summary: 'The most frequent values of a key such as `span.http.route`',
    permission: 'telemetry:read',
    input: [named('key', z.string().min(1).max(2_000)), whole(LIST)],
    rest: { method: 'get', path: '/v1/attributes/{key}/values' },
    run: read(({ attributes }, key: string, query: AttributeQuery) => attributes.values(key, query)),
  }),
  /** A thousand at most. */
  listDeployments: operation({
    summary: 'Environments, versions and teams that resources name, the latest first seen first',
    permission: 'telemetry:read',
    input: [],
    rest: { method: 'get', path: '/v1/deployments', shown: onePage },
    run: read(({ deployments }) => deployments()),
  }),
};
