/** What the team server's own routes answer, by operation: the document of its API is made from this (scripts/openapi.mjs). */
import type { Page } from './page';
import type {
  Activity,
  ApiKey,
  AuditRecord,
  DeviceCode,
  DevicePoll,
  Invitation,
  Job,
  Me,
  Member,
  NewKey,
  NewWebhook,
  Project,
  QuotaReport,
  Role,
  SignInMethods,
  TeamSession,
  Upload,
  Webhook,
  Workspace,
} from './team';

/** `refreshToken` where it was asked for in the body. */
interface Session extends TeamSession {
  readonly refreshToken?: string;
}

interface OwnWorkspace extends Workspace {
  readonly role: Role;
}

/** `token`: told this once. */
interface NewInvitation extends Invitation {
  readonly token: string;
}

export interface TeamAnswers {
  getWellKnownJwksJson: { readonly keys: readonly object[] };
  getAuthMethods: SignInMethods;
  postAuthSetup: Session;
  postAuthSignIn: Session;
  postAuthRefresh: Session;
  postAuthDevice: DeviceCode;
  postAuthDeviceToken: DevicePoll;
  getAuthDeviceByUserCode: { readonly clientName: string };
  getAuthMe: Me;
  getWorkspaces: Page<OwnWorkspace>;
  postWorkspaces: Workspace;
  getWorkspacesByWorkspaceId: Workspace;
  patchWorkspacesByWorkspaceId: Workspace;
  getWorkspacesByWorkspaceIdQuota: QuotaReport;
  getWorkspacesByWorkspaceIdMembers: Page<Member>;
  patchWorkspacesByWorkspaceIdMembersByAccountId: Member;
  getWorkspacesByWorkspaceIdInvitations: Page<Invitation>;
  postWorkspacesByWorkspaceIdInvitations: NewInvitation;
  postInvitationsActionsAccept: { readonly accountId: string; readonly email: string; readonly workspace: string };
  getProjects: Page<Project>;
  postProjects: Project;
  getProjectsByProjectId: Project;
  patchProjectsByProjectId: Project;
  postProjectsByProjectIdActionsArchive: Project;
  getProjectsByProjectIdApiKeys: Page<ApiKey>;
  postProjectsByProjectIdApiKeys: NewKey;
  postApiKeysByIdActionsRotate: NewKey;
  getAuditLog: Page<AuditRecord>;
  getActivity: Page<Activity>;
  getWebhooks: Page<Webhook>;
  postWebhooks: NewWebhook;
  patchWebhooksById: Webhook;
  postWebhooksByIdActionsTest: { readonly eventId: string };
  getJobs: Page<Job>;
  postUploads: Upload;
  getUploadsByUploadId: Upload;
  putUploadsByUploadIdPartsByN: { readonly n: number; readonly sha256: string };
  postUploadsByUploadIdComplete: Upload;
}
