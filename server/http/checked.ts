import type { z } from 'zod';
import { SpoorError } from '../../core/model/errors';

/** @throws SpoorError VALIDATION_ERROR */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.infer<S> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const details = error.issues.slice(0, 20).map(({ path, code, message }) => {
    return { field: path.join('.'), code, message };
  });
  throw new SpoorError('VALIDATION_ERROR', 'The request is not valid.', details);
}
