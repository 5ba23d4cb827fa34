/**
 * The device flow: a program shows a short code, a person types it into a page where they are signed in, and the program is
 * signed in as them. Source: RFC 8628.
 */
import { randomInt } from 'node:crypto';
import type { DeviceCode, DevicePoll } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import type { SqlClient } from '../../../../core/store/sql/sql-client';
import type { Actor } from '../../../http/actor';
import type { Principal } from '../../../http/route';
import { audit } from '../../audit/service/audit';
import type { DeviceCodeRepo } from '../repo/device-codes';
import { digestOf, newSecret } from './secrets';
import type { SignIn, Visitor } from './sign-in';

const SECONDS = 600;
const INTERVAL_S = 5;
/** A network is not as even as a clock. */
const SOON_S = INTERVAL_S - 1;
/** Consonants, which make no words, without those that are taken for another (RFC 8628 6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const HALF = 4;
const ATTEMPTS = 5;

export class DeviceCodes {
  constructor(
    private readonly codes: DeviceCodeRepo,
    private readonly signIn: SignIn,
    private readonly tenant: (workspaceId: number) => SqlClient,
  ) {}

  /** @param clientName as it is shown to who decides */
  async begin(clientName: string): Promise<Omit<DeviceCode, 'verificationUri' | 'verificationUriComplete'>> {
    const deviceCode = newSecret('device_');
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const userCode = `${letters()}-${letters()}`;
      if (await this.codes.add(digestOf(deviceCode), userCode, clientName, SECONDS)) {
        return { deviceCode, userCode, expiresIn: SECONDS, interval: INTERVAL_S };
      }
    }
    throw new SpoorError('SERVICE_UNAVAILABLE', 'No code is free; try again.');
  }

  /** @throws SpoorError NOT_FOUND */
  async clientOf(typed: string): Promise<string> {
    const clientName = await this.codes.clientOf(userCodeOf(typed));
    if (clientName === null) throw gone();
    return clientName;
  }

  /** @throws SpoorError NOT_FOUND */
  async decide(typed: string, who: Extract<Principal, { kind: 'account' }>, allows: boolean, actor: Actor) {
    const userCode = userCodeOf(typed);
    const { id: workspaceId } = who.workspace;
    const clientName = await this.codes.decide(userCode, allows ? { accountId: who.id, workspaceId } : null);
    if (clientName === null) throw gone();
    if (!allows) return;
    await audit(this.tenant(workspaceId), workspaceId, {
      actor: actor.name,
      requestId: actor.requestId,
      action: 'device.sign-in',
      table: 'token_family',
      recordId: who.id,
      new: { clientName },
    });
  }

  /** @throws SpoorError NOT_FOUND when the code is old, used, or invented, FORBIDDEN when somebody said no */
  async poll(deviceCode: string, visitor: Visitor): Promise<DevicePoll> {
    const code = await this.codes.poll(digestOf(deviceCode), SOON_S);
    if (!code) throw gone();
    if (code.isTooSoon) return { state: 'slow-down', interval: INTERVAL_S * 2 };
    if (code.isDenied) throw new SpoorError('FORBIDDEN', 'Whoever was asked did not allow it.');
    if (code.accountId === null || code.workspaceId === null) return { state: 'pending', interval: INTERVAL_S };
    return { state: 'signed-in', session: await this.signIn.forDevice(code.accountId, code.workspaceId, visitor) };
  }
}

function letters(): string {
  return Array.from({ length: HALF }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** As people type it. */
function userCodeOf(typed: string): string {
  const plain = typed.toUpperCase().replace(/[^A-Z]/g, '');
  return `${plain.slice(0, HALF)}-${plain.slice(HALF)}`;
}

function gone(): SpoorError {
  return new SpoorError('NOT_FOUND', 'This code is not good any more: it is good once, for ten minutes.');
}
