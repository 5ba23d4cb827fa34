/** Access tokens: JWTs of a quarter of an hour, for one account in one workspace. */
import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { SpoorError } from '../../../../core/model/errors';
import { ALGORITHM, type SigningKeys } from './signing-keys';

export const ACCESS_SECONDS = 15 * 60;
const ISSUER = 'spoor';
const AUDIENCE = 'spoor';
const CLAIMS = z.object({ sub: z.uuid(), sid: z.uuid(), workspace: z.uuid(), exp: z.number() });

export interface AccessClaims {
  readonly accountId: string;
  /** The sign-in that it came of. */
  readonly sessionId: string;
  /** Its public id. */
  readonly workspace: string;
}

export interface VerifiedClaims extends AccessClaims {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

export class AccessTokens {
  constructor(private readonly keys: SigningKeys) {}

  async issue({ accountId, sessionId, workspace }: AccessClaims, scope: string): Promise<string> {
    const { kid, key } = await this.keys.signing();
    return new SignJWT({ sid: sessionId, workspace, scope })
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'at+jwt' })
      .setSubject(accountId)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_SECONDS}s`)
      .sign(key);
  }

  /** @throws SpoorError UNAUTHORIZED */
  async verify(token: string): Promise<VerifiedClaims> {
    try {
      const { kid } = decodeProtectedHeader(token);
      const jwks = createLocalJWKSet(await this.keys.jwks(String(kid)));
      // The algorithm is ours, whatever the token says.
      const { payload } = await jwtVerify(token, jwks, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'at+jwt',
      });
      const { sub, sid, workspace, exp } = CLAIMS.parse(payload);
      return { accountId: sub, sessionId: sid, workspace, expiresAt: exp * 1_000 };
    } catch (error) {
      if (!(error instanceof errors.JOSEError || error instanceof z.ZodError || error instanceof TypeError))
        throw error;
      const expired = error instanceof errors.JWTExpired;
      throw new SpoorError(
        'UNAUTHORIZED',
        expired
          ? 'The access token has expired: ask /v1/auth/refresh for a new one.'
          : 'The access token is not valid.',
      );
    }
  }
}
