import { z } from 'zod';
import { SpoorError } from '../../core/model/errors';

/** An id out of a path. @throws SpoorError NOT_FOUND for what cannot be one */
export function uuidOf(text: string | undefined): string {
  if (!z.uuid().safeParse(text).success) throw new SpoorError('NOT_FOUND', 'There is nothing with this id.');
  return text as string;
}
