/** Where a list goes on. A cursor belongs to the question that it was given for; with another one it is refused. */
import { createHash } from 'node:crypto';
import { SpoorError } from '../../../core/model/errors';

const FORM = /^([0-9a-f]{8})\.([\w.~+/=:-]{1,1500})$/;

export class Cursors {
  private readonly question: string;

  constructor(tool: string, args: Readonly<Record<string, unknown>>) {
    const asked = Object.entries(args)
      .filter(([name, value]) => name !== 'cursor' && value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    this.question = createHash('sha256')
      .update(JSON.stringify([tool, asked]))
      .digest('hex')
      .slice(0, 8);
  }

  at(place: string | number): string {
    return `${this.question}.${place}`;
  }

  /** What was given to `at`; undefined: from the beginning. @throws SpoorError VALIDATION_ERROR */
  place(cursor: string | undefined): string | undefined {
    if (cursor === undefined) return undefined;
    const [, question, place] = FORM.exec(cursor) ?? [];
    if (question === this.question) return place;
    const message =
      'cursor: belongs to another question. Repeat the call that gave it with exactly the same arguments, or leave it out to begin anew.';
    throw new SpoorError('VALIDATION_ERROR', message, [{ field: 'cursor', code: 'foreign', message }]);
  }

  /** The same, of a list that is counted. */
  index(cursor: string | undefined): number {
    const place = this.place(cursor);
    if (place === undefined) return 0;
    if (/^\d{1,9}$/.test(place)) return Number(place);
    throw new SpoorError('VALIDATION_ERROR', 'cursor: is not one of this tool. Leave it out to begin anew.');
  }
}
