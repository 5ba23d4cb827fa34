import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as wire from '../../../core/api/sync';

describe('the sync protocol', () => {
  it('is of the version that its schemas were written down with', () => {
    const exported: Readonly<Record<string, unknown>> = { ...wire, ...wire.OBJECT_FIELDS };
    const schemas = Object.entries(exported).flatMap(([name, schema]) =>
      schema instanceof z.ZodType ? [[name, z.toJSONSchema(schema, { io: 'input' })]] : [],
    );
    expect(schemas.length).toBeGreaterThan(15);
    const hash = createHash('sha256').update(JSON.stringify(schemas)).digest('hex').slice(0, 16);
    // Another hash is another protocol: a new version with its line of history in core/api/sync.ts, then the new hash here.
    expect([wire.SYNC_PROTOCOL, wire.OLDEST_SYNC_PROTOCOL, hash]).toEqual([3, 1, '74b530cd689c8c84']);
  });
});
