/**
 * Our decoders against a second one, over drawn requests and damaged ones. What is looked for: a crash, a hang, another reading
 * than the oracle's of a sound request, and a damaged request accepted that the oracle cannot read.
 */
import { isDeepStrictEqual } from 'node:util';
import { WireError } from '../../core/otlp/wire-reader';
import { ORACLES, ours, SIGNAL_NAMES, type SignalName } from './oracle';
import { oracleView } from './oracle-view';
import { Random } from './random';
import { drawRequest } from './requests';

interface Finding {
  readonly seed: number;
  readonly what: string;
  readonly bytes: string;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly records: number;
  readonly accepted: number;
  readonly findings: readonly Finding[];
}

/** Damaged inputs made of each drawn one. */
const DAMAGES = 19;
/** Longer than any input takes by a factor of a hundred. */
const HANG_MS = 2_000;

/** @param inputs how many, damaged ones included */
export function fuzz(inputs: number, firstSeed: number): FuzzReport {
  const findings: Finding[] = [];
  const totals = { inputs: 0, records: 0, accepted: 0 };
  for (let seed = firstSeed; totals.inputs < inputs && findings.length < 10; seed++) {
    const random = new Random(seed);
    const signal = SIGNAL_NAMES[seed % SIGNAL_NAMES.length] as SignalName;
    const type = ORACLES[signal];
    const bytes = Uint8Array.from(type.encode(drawRequest(type, random)).finish());
    const found = (what: string, input: Uint8Array): void => {
      findings.push({ seed, what: `${signal}: ${what}`, bytes: Buffer.from(input).toString('base64') });
    };
    totals.inputs++;
    try {
      const [mine, its] = [ours(signal, bytes), oracleView(signal, bytes)];
      totals.records += mine.records.length;
      if (mine.rejected !== its.rejected) found(`${mine.rejected} rejected, not ${its.rejected}`, bytes);
      else if (!isDeepStrictEqual(mine.records, its.records)) found('read differently', bytes);
    } catch (error) {
      found(`sound, but ${String(error)}`, bytes);
    }
    for (let i = 0; i < DAMAGES; i++) {
      const damaged = damage(bytes, random);
      totals.inputs++;
      const startedAt = performance.now();
      try {
        ours(signal, damaged);
        totals.accepted++;
        const refusal = oracleRefusal(signal, damaged);
        if (refusal) found(`accepted, though the oracle says ${refusal}`, damaged);
      } catch (error) {
        if (!(error instanceof WireError)) found(`threw ${String(error)}`, damaged);
      }
      if (performance.now() - startedAt > HANG_MS) found('took seconds', damaged);
    }
  }
  return { ...totals, findings };
}

/** Why the oracle cannot read it. Bytes that are no UTF-8 are not a reason: a sender's broken text is kept and shown as it is. */
function oracleRefusal(signal: SignalName, bytes: Uint8Array): string | null {
  try {
    ORACLES[signal].decode(bytes);
    return null;
  } catch (error) {
    return String(error).includes('not valid for encoding utf-8') ? null : String(error);
  }
}

function damage(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Uint8Array.from(bytes);
  for (let edits = 1 + random.below(4); edits > 0; edits--) {
    const at = random.below(result.length + 1);
    switch (random.below(6)) {
      case 0:
        result = result.slice(0, at);
        break;
      case 1:
        result = Uint8Array.from([...result.subarray(0, at), random.below(256), ...result.subarray(at)]);
        break;
      case 2: {
        // A piece of it, somewhere else: lengths and tags that are plausible.
        const piece = result.slice(at, at + random.below(40));
        const to = random.below(result.length + 1);
        result = Uint8Array.from([...result.subarray(0, to), ...piece, ...result.subarray(to)]);
        break;
      }
      case 3:
        if (result.length > 0) result[at % result.length] = random.pick([0, 1, 0x7f, 0x80, 0xff]);
        break;
      default:
        if (result.length > 0)
          result[at % result.length] = (result[at % result.length] as number) ^ (1 << random.below(8));
    }
  }
  return result;
}
