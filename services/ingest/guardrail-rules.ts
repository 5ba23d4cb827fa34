/** The rules as they are now, asked for again while telemetry arrives: a change holds for what comes a second later. */

import { GuardrailScanner } from '../../core/guardrails/scanner';
import type { SignalBatch } from '../../core/model/signal-batch';
import type { StoreService } from '../../core/operations/store-service';
import type { Log } from '../log';

const FRESH_MS = 1_000;

export class GuardrailRules {
  private scanner: GuardrailScanner | null = null;
  private said: ReadonlySet<string> = new Set();
  private askedAt = 0;
  private asking: Promise<void> | null = null;

  constructor(
    private readonly store: Pick<StoreService, 'listGuardrails'>,
    private readonly log: Log,
  ) {}

  /** The batch with what rules mark in it. Waits for the rules the first time, as the batch will for the database. */
  async mark(batch: SignalBatch): Promise<SignalBatch> {
    if (batch.signal !== 'traces') return batch;
    if (Date.now() - this.askedAt > FRESH_MS) this.asking ??= this.ask();
    if (!this.scanner) await this.asking;
    const marks = this.scanner?.scan(batch) ?? [];
    return marks.length > 0 ? { ...batch, marks } : batch;
  }

  /** Rules of an older version may hold what patterns no longer may. */
  private sayOnce(problems: GuardrailScanner['problems']): void {
    for (const { rule, reason } of problems) {
      if (this.said.has(reason)) continue;
      this.log('warn', `the guardrail ${JSON.stringify(rule)} is not followed`, { error: reason });
    }
    this.said = new Set(problems.map(({ reason }) => reason));
  }

  private async ask(): Promise<void> {
    try {
      const scanner = new GuardrailScanner(await this.store.listGuardrails());
      this.scanner = scanner;
      this.sayOnce(scanner.problems);
    } catch (error) {
      // What is stored matters more than what is marked.
      this.log('warn', 'the guardrails could not be read', { error: String(error) });
    } finally {
      this.askedAt = Date.now();
      this.asking = null;
    }
  }
}
