/** Something that is stored refers to something that is not there: in a whole database there is no such thing. */
export class LostPartError extends Error {
  override readonly name = 'LostPartError';
}
