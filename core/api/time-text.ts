/** Times that people and programs give, which the database keeps. */
import { z } from 'zod';

/** RFC 3339, as far as PostgreSQL reads it: it knows no year 0, and no zone that is 16 hours away. */
export const TIME_TEXT = z.iso
  .datetime({ offset: true })
  .refine((text) => !text.startsWith('0000') && !/[+-](?:1[6-9]|2\d):\d\d$/.test(text), {
    message: 'is in the year 0 or in a zone 16 hours away or more',
  });
