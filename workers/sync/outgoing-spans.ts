/** What is done with spans before they leave this machine: secrets are taken out, once more, then they are packed. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { SyncChoice } from '../../core/api/sync-state';
import { Redactor } from '../../core/redaction/redactor';

const zipped = promisify(gzip);

export class OutgoingSpans {
  private readonly redactor: Redactor;

  constructor({ redactsEmails: emails, redactedKeys: keys }: Pick<SyncChoice, 'redactsEmails' | 'redactedKeys'>) {
    this.redactor = new Redactor({ secrets: true, emails, cards: true, keys, patterns: [] });
  }

  /** As it leaves, unpacked. */
  clean(request: Uint8Array): Uint8Array {
    return this.redactor.suspectsBytes(request) ? this.redactor.redact('traces', request) : request;
  }

  async prepare(request: Uint8Array): Promise<Uint8Array> {
    return zipped(this.clean(request), { level: constants.Z_BEST_SPEED });
  }

  /** Values taken out, by rule. */
  get redacted(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.redactor.counts);
  }
}
