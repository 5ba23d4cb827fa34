/** What every receiver does with a request: decode, store, and say what was left out. */
import type { SignalBatch } from '../../core/model/signal-batch';
import type { ResourceAttribute } from '../../core/otlp/resource-attribute';
import type { Redactor } from '../../core/redaction/redactor';
import type { Log } from '../log';
import type { DecodedBytes } from './decoded-bytes';
import type { Forwarder } from './forwarder';
import type { GuardrailRules } from './guardrail-rules';
import type { LogRuns } from './log-runs';
import { decodeOrTell } from './not-understood';
import type { Decoded, Signal } from './signals';

export interface IntakeOptions {
  /** Resolves when the batch is committed. */
  readonly append: (batch: SignalBatch) => Promise<{ readonly stored: number }>;
  /** Of all requests of the thread, which may have several intakes. */
  readonly decoded: Pick<DecodedBytes, 'check' | 'holding'>;
  readonly log: Log;
  readonly onSpans: (count: number) => void;
  readonly redactor: Redactor;
  readonly logRuns: Pick<LogRuns, 'spansOf'>;
  readonly guardrails: Pick<GuardrailRules, 'mark'>;
  readonly forwarder: Pick<Forwarder, 'forward'> | null;
}

export interface Rejection {
  readonly rejected: number;
  /** Why the first was left out, or what the sender should know; empty: nothing. */
  readonly reason: string;
  /** Whether it was an export request at all. */
  readonly isUnderstood: boolean;
}

/** What receivers give requests to. */
export interface RequestIntake {
  store(signal: Signal, request: Uint8Array): Promise<Rejection>;
}

/** With what was stored, for whoever counts it. */
export interface Stored extends Rejection {
  readonly kept: number;
  /** Of those, how many were here before. */
  readonly duplicates: number;
}

/** What the sender of a decoded request is told. */
export function rejectionOf({
  rejected,
  rejectedReason,
  notice,
  notUnderstood,
}: Omit<Decoded, 'batch' | 'cost'>): Rejection {
  const reason = notUnderstood ?? [rejectedReason, notice].filter((one) => one !== '').join('; ');
  return { rejected, reason, isUnderstood: notUnderstood === undefined };
}

export class Intake {
  constructor(private options: IntakeOptions) {}

  /** Of requests that come from now on. */
  follow(changed: Pick<IntakeOptions, 'redactor' | 'forwarder'>): void {
    this.options = { ...this.options, ...changed };
  }

  /**
   * Resolves when the records of an export request (protobuf) are on disk.
   * @param attribute of every resource, whatever the sender says
   * @throws WireError, SpoorError
   */
  async store(signal: Signal, request: Uint8Array, attribute: ResourceAttribute | null = null): Promise<Stored> {
    const { redactor, decoded: held } = this.options;
    held.check();
    let clean = request;
    let decoded = decodeOrTell(signal, clean, attribute);
    if (redactor.suspects(decoded.batch)) {
      clean = redactor.redact(signal.name, request);
      decoded = signal.decode(clean, attribute);
    }
    return held.holding(decoded.cost, () => this.keep(signal, request, clean, decoded, attribute));
  }

  private async keep(
    signal: Signal,
    request: Uint8Array,
    clean: Uint8Array,
    decoded: Decoded,
    attribute: ResourceAttribute | null,
  ): Promise<Stored> {
    const rejection = rejectionOf(decoded);
    const batch = await this.options.guardrails.mark(decoded.batch);
    const { length } = batch; // the batch moves to the store's thread
    const derived = batch.signal === 'logs' ? this.options.logRuns.spansOf(batch, clean, attribute) : null;
    let duplicates = 0;
    if (length > 0) {
      duplicates = length - (await this.options.append(batch)).stored;
      if (derived) await this.options.append(await this.options.guardrails.mark(derived));
      if (signal.name === 'traces') this.options.onSpans(length);
      // What was here before was forwarded before; where that leads back to this receiver, it ends here.
      if (duplicates < length) this.options.forwarder?.forward(signal, request);
    }
    const { rejected, reason, isUnderstood } = rejection;
    if (rejected > 0 || !isUnderstood) this.options.log('warn', `${signal.name} rejected`, { rejected, reason });
    return { ...rejection, kept: length, duplicates };
  }
}
