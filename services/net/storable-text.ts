/** Text that no column can hold as it was given. Found where it comes in, it is a mistake of who sent it; later it would be ours. */
import type { MiddlewareHandler } from 'hono';
import { SpoorError } from '../../core/model/errors';

/** The character NUL, and half of a surrogate pair. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** @throws SpoorError VALIDATION_ERROR naming the first place, in whatever JSON can hold */
export function checkStorable(value: unknown, name = ''): void {
  // By hand, because what is nested deeper than the stack would end in another error.
  const open: [path: string, value: unknown][] = [[name, value]];
  for (let one = open.pop(); one; one = open.pop()) {
    const [path, part] = one;
    if (typeof part === 'string') refuse(part, path);
    else if (typeof part === 'object' && part !== null && !ArrayBuffer.isView(part)) {
      for (const [key, inner] of Object.entries(part)) {
        refuse(key, path);
        open.push([path === '' ? key : `${path}.${key}`.slice(0, MAX_PATH), inner]);
      }
    }
  }
}

const MAX_PATH = 200;

function refuse(text: string, field: string): void {
  const found = UNSTORABLE.exec(text);
  if (!found) return;
  const what = found[0] === '\0' ? 'the character NUL' : 'half of a character (a lone surrogate)';
  throw new SpoorError(
    'VALIDATION_ERROR',
    `${field || 'A text'} holds ${what}, which cannot be stored; leave it out.`,
    [{ field, code: 'unstorable', message: `holds ${what}` }],
  );
}

/** Refuses addresses whose escapes are no text, or one that no column can hold. */
export const checkedAddress: MiddlewareHandler = (context, next) => {
  const { url } = context.req.raw;
  for (const part of url.slice(url.indexOf('/', url.indexOf('://') + 3)).split(/[?&=]/))
    checkStorable(decoded(part), 'The address');
  return next();
};

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new SpoorError(
      'VALIDATION_ERROR',
      'The address holds a percent sign that begins no character of UTF-8; write a percent sign itself as %25.',
    );
  }
}
