/** Terms of blocks as they are searched, within a limit of bytes: those that were not asked for longest are unpacked again. */
import { type BlockTerms, decodeTerms } from './block-terms';

/** Of one number and its count. */
const TERM_BYTES = 8;
/** Of the lists themselves. */
const BLOCK_BYTES = 1_000;

export class UnpackedTerms {
  /** The one asked for last is last. */
  private readonly held = new Map<Uint8Array, BlockTerms>();
  bytes = 0;

  constructor(private readonly limit: number) {}

  of(packed: Uint8Array): BlockTerms {
    const terms = this.held.get(packed) ?? this.added(packed);
    this.held.delete(packed);
    this.held.set(packed, terms);
    return terms;
  }

  private added(packed: Uint8Array): BlockTerms {
    const terms = decodeTerms(packed);
    this.bytes += bytesOf(terms);
    for (const [key, one] of this.held) {
      if (this.bytes <= this.limit) break;
      this.held.delete(key);
      this.bytes -= bytesOf(one);
    }
    return terms;
  }
}

function bytesOf({ attributes, operations, resources, scopes }: BlockTerms): number {
  const terms = [attributes, operations, resources, scopes].reduce((sum, { ids }) => sum + ids.length, 0);
  return BLOCK_BYTES + terms * TERM_BYTES;
}
