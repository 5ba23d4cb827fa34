import { z } from 'zod';
import { onePage } from '../../../../core/api/page';
import { ROLES } from '../../../../core/api/team';
import { SpoorError } from '../../../../core/model/errors';
import { actorOf } from '../../../http/actor';
import { EMAIL, NAME, PASSWORD } from '../../../http/fields';
import { uuidOf } from '../../../http/ids';
import { type Principal, type Route, route } from '../../../http/route';
import { visitorOf } from '../../auth/api/cookies';
import type { AccountRepo } from '../../auth/repo/accounts';
import type { SignIn } from '../../auth/service/sign-in';
import { noWorkspace } from '../../auth/service/workspaces-of-account';
import type { Members } from '../service/members';
import type { Quotas } from '../service/quotas';
import type { Workspaces } from '../service/workspaces';

const WORKSPACE = z.strictObject({ name: NAME });
const VERSION = z.number().int().min(1).max(0x7fff_ffff);
const CHANGES = z.strictObject({
  name: NAME.optional(),
  retentionDays: z.number().int().min(1).max(3_650).nullable().optional(),
  version: VERSION,
});
const ROLE = z.enum(ROLES);
const ACCEPT = z.strictObject({
  token: z.string().max(200),
  /** Of who has no account yet. */
  name: NAME.optional(),
  password: PASSWORD,
});

export interface WorkspaceServices {
  readonly workspaces: Workspaces;
  readonly members: Members;
  readonly quotas: Quotas;
  readonly accounts: AccountRepo;
  readonly signIn: SignIn;
}

const ONE = '/v1/workspaces/:workspaceId';

export function workspaceRoutes({ workspaces, members, quotas, accounts, signIn }: WorkspaceServices): Route[] {
  return [
    route('get', '/v1/workspaces', { access: 'account' }, async ({ who }) => {
      return onePage(await workspaces.ofAccount(who.id));
    }),
    route('post', '/v1/workspaces', { access: 'account', body: WORKSPACE, status: 201 }, async (call) => {
      const { ref: _, ...workspace } = await workspaces.create(call.body.name, call.who.id, actorOf(call));
      return workspace;
    }),
    route('get', ONE, { access: 'projects:read' }, async ({ who, params }) => workspaces.get(own(who, params))),
    route('patch', ONE, { access: 'workspace:write', body: CHANGES }, async (call) => {
      const { version, ...changes } = call.body;
      const workspaceId = own(call.who, call.params);
      const { name, retentionDays } = await workspaces.get(workspaceId);
      // What is not named stays as it is.
      const edit = {
        name: changes.name ?? name,
        retentionDays: changes.retentionDays === undefined ? retentionDays : changes.retentionDays,
      };
      return workspaces.update(workspaceId, version, edit, actorOf(call));
    }),
    route('delete', ONE, { access: 'workspace:delete', status: 204 }, async (call) => {
      await workspaces.remove(own(call.who, call.params), actorOf(call));
      return null;
    }),
    route('get', `${ONE}/quota`, { access: 'projects:read' }, async ({ who, params }) => {
      return quotas.report(own(who, params));
    }),
    route('get', `${ONE}/members`, { access: 'members:read' }, async ({ who, params }) => {
      return onePage(await members.list(own(who, params)));
    }),
    route(
      'patch',
      `${ONE}/members/:accountId`,
      { access: 'members:write', body: z.strictObject({ role: ROLE, version: VERSION }) },
      async (call) => {
        const { role, version } = call.body;
        const workspaceId = own(call.who, call.params);
        const accountId = uuidOf(call.params.accountId);
        return members.changeRole(workspaceId, accountId, version, role, person(call.who).role, actorOf(call));
      },
    ),
    route('delete', `${ONE}/members/:accountId`, { access: 'members:write', status: 204 }, async (call) => {
      const accountId = uuidOf(call.params.accountId);
      await members.remove(own(call.who, call.params), accountId, person(call.who).role, actorOf(call));
      return null;
    }),
    route('get', `${ONE}/invitations`, { access: 'members:write' }, async ({ who, params }) => {
      return onePage(await members.invitations(own(who, params)));
    }),
    route(
      'post',
      `${ONE}/invitations`,
      { access: 'members:write', body: z.strictObject({ email: EMAIL, role: ROLE }), status: 201, secret: true },
      async (call) => {
        const { id: accountId, role } = person(call.who);
        const { email, role: given } = call.body;
        return members.invite(own(call.who, call.params), email, given, { accountId, role }, actorOf(call));
      },
    ),
    route('delete', `${ONE}/invitations/:id`, { access: 'members:write', status: 204 }, async (call) => {
      await members.uninvite(own(call.who, call.params), uuidOf(call.params.id), actorOf(call));
      return null;
    }),
    route(
      'post',
      '/v1/invitations/actions/accept',
      { access: 'public', body: ACCEPT, status: 201, guarded: true },
      async (call) => {
        const { body, requestId } = call;
        const invited = await members.invited(body.token);
        if (!invited) throw new SpoorError('NOT_FOUND', 'This invitation is not valid any more; ask for a new one.');
        const { email } = invited;
        const known = await accounts.byEmail(email);
        // Who has an account shows with the password that it is theirs.
        if (known) await signIn.check(email, body.password, visitorOf(call));
        const account = known ?? (await signIn.register({ email, name: body.name ?? email, password: body.password }));
        const workspaceId = await members.accept(body.token, account, requestId);
        const workspace = await workspaces.publicIdOf(workspaceId);
        if (workspace === null) throw noWorkspace();
        return { accountId: account.id, email: account.email, workspace };
      },
    ),
  ];
}

/** The workspace that the token is for, when the path names no other. @throws SpoorError NOT_FOUND */
function own(who: Principal, { workspaceId }: Readonly<Record<string, string>>): number {
  if (workspaceId !== who.workspace.publicId) throw noWorkspace();
  return who.workspace.id;
}

function person(who: Principal): Extract<Principal, { kind: 'account' }> {
  if (who.kind !== 'account') throw new SpoorError('FORBIDDEN', 'Only people may do this, not API keys.');
  return who;
}
