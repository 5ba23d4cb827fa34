/** Tells webhooks what happened, signed as Standard Webhooks has it: `webhook-id`, `webhook-timestamp`, `webhook-signature`. */
import { createHmac } from 'node:crypto';
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel';
import { BOOL, decodeRows, TEXT } from '../../../../core/store/sql/row-spec';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import { post } from '../../../adapters/outgoing';
import type { TeamEvent } from '../../../events/event';
import type { Work } from '../../../jobs/jobs';
import type { SecretBox } from '../../auth/service/secret-box';

export const DELIVERIES = 'webhook';
const FAILURES = 5;
const PAUSE_MS = 60_000;
const MAX_BREAKERS = 1_000;

export interface Delivery extends Work {
  readonly webhookId: string;
  readonly event: Pick<TeamEvent, 'id' | 'type' | 'timestamp'> & { readonly payload: object };
}

export class Deliveries {
  /** By host: one that is down is not asked for each of its events. */
  private readonly breakers = new Map<string, CircuitBreakerPolicy>();

  constructor(
    private readonly sql: SqlClient,
    private readonly box: SecretBox,
    private readonly allowsPrivate: boolean,
  ) {}

  /** @throws Error when the address did not take it */
  async deliver({ workspaceId, webhookId, event }: Delivery): Promise<void> {
    const rows = await this.sql.query(
      `select h.url, h.secret, h.enabled and w.deleted_at is null as enabled from webhook h join workspace w on w.id = h.workspace_id
       where h.workspace_id = $1 and h.id = $2::uuid`,
      [workspaceId, webhookId],
    );
    const [webhook] = decodeRows({ url: TEXT, secret: TEXT, enabled: BOOL }, rows);
    if (!webhook?.enabled) return;
    const note = (status: number | null, error: string | null): Promise<unknown> =>
      this.sql.query(
        `update webhook set last_at = now(), last_status = $3, last_error = $4 where workspace_id = $1 and id = $2::uuid`,
        [workspaceId, webhookId, status, error],
      );
    let status: number | null = null;
    try {
      await this.breakerOf(new URL(webhook.url).host).execute(async () => {
        status = await post({ url: webhook.url, ...signed(event, this.box.open(webhook.secret)) }, this.allowsPrivate);
        if (status < 200 || status > 299) throw new Error(`The address answered ${status}.`);
      });
    } catch (thrown) {
      const error =
        thrown instanceof BrokenCircuitError ? new Error('The address failed too often; it rests a minute.') : thrown;
      await note(status, String((error as Error).message));
      throw error;
    }
    await note(status, null);
  }

  private breakerOf(host: string): CircuitBreakerPolicy {
    let breaker = this.breakers.get(host);
    if (!breaker) {
      if (this.breakers.size >= MAX_BREAKERS) this.breakers.clear();
      breaker = circuitBreaker(handleAll, { halfOpenAfter: PAUSE_MS, breaker: new ConsecutiveBreaker(FAILURES) });
      this.breakers.set(host, breaker);
    }
    return breaker;
  }
}

/** @param secret `whsec_` and base64 */
function signed(event: Delivery['event'], secret: string): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${event.id}.${timestamp}.${body}`).digest('base64');
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'spoor-server',
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
  };
}
