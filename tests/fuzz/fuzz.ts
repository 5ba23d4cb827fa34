/**
 * Our decoders against a second one, over drawn requests and damaged ones. What is looked for: a crash, a hang, another reading
 * than the oracle's of a sound request, and a damaged request accepted that the oracle cannot read.
 */
import { isDeepStrictEqual } from 'node:util';
import { WireError } from '../../core/otlp/wire-reader';
import { damage } from './damage';
import { HOSTILE_KINDS, isRefusal } from './hostile';
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
  /** Inputs by kind. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

/** Damaged inputs made of each drawn one. */
const DAMAGES = 19;
/** Of the processor, whatever else the machine does: more than any input takes by a factor of a hundred. */
const HANG_MS = 5_000;

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Hostile inputs of each kind beside each drawn one. */
const HOSTILE = 2;

/** @param inputs how many, damaged ones included */
export async function fuzz(inputs: number, firstSeed: number): Promise<FuzzReport> {
  const findings: Finding[] = [];
  const totals = { inputs: 0, records: 0, accepted: 0 };
  const kinds = new Map<string, number>();
  const count = (kind: string): void => {
    totals.inputs++;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  };
  for (let seed = firstSeed; totals.inputs < inputs && findings.length < 10; seed++) {
    const random = new Random(seed);
    const signal = SIGNAL_NAMES[seed % SIGNAL_NAMES.length] as SignalName;
    const type = ORACLES[signal];
    const bytes = Uint8Array.from(type.encode(drawRequest(type, random)).finish());
    const found = (what: string, input: Uint8Array): void => {
      findings.push({ seed, what: `${signal}: ${what}`, bytes: Buffer.from(input).toString('base64') });
    };
    count('drawn');
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
      count('damaged');
      const startedAt = processorMs();
      try {
        ours(signal, damaged);
        totals.accepted++;
        const refusal = oracleRefusal(signal, damaged);
        if (refusal) found(`accepted, though the oracle says ${refusal}`, damaged);
      } catch (error) {
        if (!(error instanceof WireError)) found(`threw ${String(error)}`, damaged);
      }
      if (processorMs() - startedAt > HANG_MS) found('took seconds', damaged);
    }
    for (const kind of HOSTILE_KINDS) {
      for (let i = 0; i < HOSTILE; i++) {
        const input = kind.draw(random);
        count(kind.name);
        const what = await hostileFinding(async () => kind.run(input));
        if (what !== null)
          findings.push({ seed, what: `${kind.name}: ${what}`, bytes: Buffer.from(input).toString('base64') });
      }
    }
  }
  return { ...totals, kinds, findings };
}

async function hostileFinding(run: () => Promise<string | null>): Promise<string | null> {
  const startedAt = processorMs();
  try {
    const what = await run();
    if (what !== null) return what;
  } catch (error) {
    if (!isRefusal(error)) return `threw ${String(error)}`;
  }
  return processorMs() - startedAt > HANG_MS ? 'took seconds' : null;
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
