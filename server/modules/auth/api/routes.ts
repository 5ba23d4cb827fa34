/** Signing in and out. Browsers keep the refresh token in a cookie that no script reads; other clients ask for it in the body. */
import { z } from 'zod';
import type { KeptSession } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { isLoopbackHost } from '../../../../services/net/loopback';
import { actorOf } from '../../../http/actor';
import { EMAIL, MAX_PASSWORD, NAME, PASSWORD } from '../../../http/fields';
import { isOwnPage } from '../../../http/own-page';
import { type Asked, type Route, route, WithCookies } from '../../../http/route';
import type { AccountRepo } from '../repo/accounts';
import type { DeviceCodes } from '../service/device-codes';
import type { Oidc } from '../service/oidc';
import { REFRESH_SECONDS, type SignIn } from '../service/sign-in';
import type { SigningKeys } from '../service/signing-keys';
import type { WorkspacesOfAccount } from '../service/workspaces-of-account';
import { COOKIE, deviceCookie, refreshCookie, visitorOf } from './cookies';
import { oidcRoutes } from './oidc-routes';

const DELIVERY = z.enum(['cookie', 'body']).default('cookie');
const WORKSPACE = z.uuid().optional();

const SIGN_IN = z.strictObject({
  email: EMAIL,
  password: z.string().min(1).max(MAX_PASSWORD),
  workspace: WORKSPACE,
  delivery: DELIVERY,
});
const REFRESH = z.strictObject({ refreshToken: z.string().max(200).optional(), workspace: WORKSPACE });
const SIGN_OUT = REFRESH.pick({ refreshToken: true });
const DEVICE = z.strictObject({ clientName: NAME });
const DEVICE_TOKEN = z.strictObject({ deviceCode: z.string().max(200) });
const SETUP = z.strictObject({
  token: z.string().max(200),
  email: EMAIL,
  name: NAME,
  password: PASSWORD,
  workspaceName: NAME,
  delivery: DELIVERY,
});

const NO_PUBLIC_URL =
  'Whoever runs this server has to set SPOOR_PUBLIC_URL first: it does not know under which address browsers reach it.';

export interface AuthServices {
  readonly signIn: SignIn;
  readonly keys: SigningKeys;
  readonly accounts: AccountRepo;
  readonly deviceCodes: DeviceCodes;
  /** Null: no provider is set up. */
  readonly oidc: Oidc | null;
  /** Where browsers reach the server; null: nobody said. */
  readonly publicUrl: string | null;
  readonly workspaces: Pick<WorkspacesOfAccount, 'ofAccount'>;
  /** Whether cookies go over TLS alone. */
  readonly secure: boolean;
}

export function authRoutes({
  signIn,
  keys,
  accounts,
  workspaces,
  deviceCodes,
  oidc,
  publicUrl,
  secure,
}: AuthServices): Route[] {
  const cookie = (value: string, seconds: number): string => refreshCookie(value, seconds, secure);
  const deliver = ({ refreshToken, ...session }: KeptSession, delivery: 'cookie' | 'body'): WithCookies =>
    delivery === 'body'
      ? new WithCookies({ ...session, refreshToken }, [])
      : new WithCookies(session, [cookie(refreshToken, REFRESH_SECONDS)]);
  return [
    route('get', '/.well-known/jwks.json', { access: 'public' }, async () => keys.jwks()),
    route('post', '/v1/auth/setup', { access: 'public', body: SETUP, status: 201, guarded: true }, async (call) => {
      const { token, email, name, password, workspaceName, delivery } = call.body;
      return deliver(await signIn.setUp(token, { email, name, password }, workspaceName, visitorOf(call)), delivery);
    }),
    route('post', '/v1/auth/sign-in', { access: 'public', body: SIGN_IN, guarded: true }, async (call) => {
      const { email, password, workspace, delivery } = call.body;
      const { session, newDevice } = await signIn.withPassword(
        email,
        password,
        workspace,
        visitorOf(call),
        delivery === 'cookie',
      );
      const { body, cookies } = deliver(session, delivery);
      return new WithCookies(body, newDevice === null ? cookies : [...cookies, deviceCookie(newDevice, secure)]);
    }),
    route('post', '/v1/auth/refresh', { access: 'public', body: REFRESH }, async (call) => {
      const { workspace, refreshToken } = call.body;
      if (refreshToken !== undefined)
        return deliver(await signIn.refresh(refreshToken, workspace, visitorOf(call)), 'body');
      return deliver(await signIn.refresh(cookieOf(call), workspace, visitorOf(call)), 'cookie');
    }),
    route('post', '/v1/auth/sign-out', { access: 'public', body: SIGN_OUT, status: 204 }, async (call) => {
      await signIn.end(call.body.refreshToken ?? cookieOf(call), visitorOf(call));
      return new WithCookies(null, [cookie('', 0)]);
    }),
    ...oidcRoutes({ oidc, secure }),
    route('post', '/v1/auth/device', { access: 'public', body: DEVICE, status: 201, guarded: true }, async (call) => {
      const own = publicUrl ?? ownAddressOf(call, secure);
      if (own === null) throw new SpoorError('SERVICE_UNAVAILABLE', NO_PUBLIC_URL);
      const code = await deviceCodes.begin(call.body.clientName);
      const verificationUri = `${own}/#/device`;
      return { ...code, verificationUri, verificationUriComplete: `${verificationUri}/${code.userCode}` };
    }),
    route('post', '/v1/auth/device/token', { access: 'public', body: DEVICE_TOKEN }, async (call) => {
      return deviceCodes.poll(call.body.deviceCode, visitorOf(call));
    }),
    route('get', '/v1/auth/device/:userCode', { access: 'account', guarded: true }, async ({ params }) => {
      return { clientName: await deviceCodes.clientOf(params.userCode ?? '') };
    }),
    ...(['allow', 'deny'] as const).map((action) =>
      route(
        'post',
        `/v1/auth/device/:userCode/actions/${action}`,
        { access: 'account', status: 204, guarded: true },
        async (call) => {
          await deviceCodes.decide(call.params.userCode ?? '', call.who, action === 'allow', actorOf(call));
          return null;
        },
      ),
    ),
    route('get', '/v1/auth/me', { access: 'account' }, async ({ who }) => {
      const account = await accounts.byId(who.id);
      if (!account) throw new SpoorError('UNAUTHORIZED', 'This account was closed.');
      return {
        id: account.id,
        email: account.email,
        name: account.name,
        workspace: who.workspace.publicId,
        role: who.role,
        permissions: who.permissions,
        workspaces: (await workspaces.ofAccount(who.id)).map(({ id, name, role }) => ({ id, name, role })),
      };
    }),
  ];
}

/**
 * Where a person finds the page that asks them: on their own machine, or at the address that the connection came to. Another name in
 * the Host header is whatever was written into it, and the server's end of a connection through a proxy is nobody's address.
 */
function ownAddressOf({ host, reachedAt }: Pick<Asked, 'host' | 'reachedAt'>, secure: boolean): string | null {
  if (isLoopbackHost(host)) return `${secure ? 'https' : 'http'}://${host}`;
  return !secure && reachedAt === `http://${host}` ? reachedAt : null;
}

/** The refresh token of a browser, when its own page asks. @throws SpoorError */
function cookieOf({ cookies, origin, host }: Asked): string {
  if (origin !== null && !isOwnPage(origin, host)) {
    throw new SpoorError('FORBIDDEN', 'Only pages of this server may use the session of a browser.');
  }
  const value = cookies[COOKIE];
  if (!value) throw new SpoorError('UNAUTHORIZED', 'There is no refresh token: sign in.');
  return value;
}
