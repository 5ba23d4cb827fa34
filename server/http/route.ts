/** A route as data: the server is made of these, and so is the test that tries each of them as everyone. */
import type { ZodObject, ZodType, z } from 'zod';
import type { Permission, Role } from '../../core/api/team';

/** Who asks, in which workspace. */
export type Principal =
  | {
      readonly kind: 'account';
      readonly id: string;
      readonly workspace: WorkspaceRef;
      readonly role: Role;
      readonly permissions: readonly Permission[];
    }
  | {
      readonly kind: 'api-key';
      readonly id: string;
      readonly projectId: string;
      readonly workspace: WorkspaceRef;
      readonly permissions: readonly Permission[];
    };

export interface WorkspaceRef {
  /** As tables hold it. */
  readonly id: number;
  /** As the outside knows it. */
  readonly publicId: string;
}

/** `public`: anybody. `account`: who is signed in, whatever the role. */
export type Access = 'public' | 'account' | Permission;

export interface Asked {
  /** In logs, in errors, in the audit log. */
  readonly requestId: string;
  /** The address that the connection came from. */
  readonly ip: string;
  readonly cookies: Readonly<Record<string, string>>;
  /** Of a page that asks; null: none says so. */
  readonly origin: string | null;
  readonly host: string;
  /** The server's own end of the connection, as an address for browsers; null: that of a proxy says nothing. */
  readonly reachedAt: string | null;
  readonly headers: Headers;
  /** The body of a route that takes bytes; of others empty. */
  readonly bytes: Uint8Array;
}

export interface Call<Body, Query, Who> extends Asked {
  readonly who: Who;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Body;
  readonly query: Query;
}

export interface Answer {
  readonly body: object | null;
  readonly cookies?: readonly string[];
}

export interface Route {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With `:name` for what is a part of it. */
  readonly path: string;
  readonly access: Access;
  readonly status: 200 | 201 | 202 | 204;
  readonly body: ZodType | null;
  readonly query: ZodObject | null;
  /** Of the document of the API, where it is not among core/api/team-answers.ts. */
  readonly answers: ZodType | null;
  /** Takes bytes as they are, so many at most; null: JSON. */
  readonly maxBytes: number | null;
  /** Asked often by who should not: counted by address. */
  readonly guarded: boolean;
  /** The answer holds what is told once. */
  readonly secret: boolean;
  readonly handle: (call: Call<never, never, never>) => Promise<Answer | Redirect | object | null>;
}

type WhoOf<A extends Access> = A extends 'public'
  ? null
  : A extends 'account'
    ? Extract<Principal, { kind: 'account' }>
    : Principal;

interface RouteOptions<A extends Access, B extends ZodType | null, Q extends ZodObject | null> {
  readonly access: A;
  readonly body?: B;
  readonly query?: Q;
  readonly answers?: ZodType;
  readonly maxBytes?: number;
  readonly status?: Route['status'];
  readonly guarded?: boolean;
  readonly secret?: boolean;
}

/** @example route('post', '/v1/projects', { access: 'projects:write', body: PROJECT, status: 201 }, ({ body }) => ...) */
export function route<A extends Access, B extends ZodType | null = null, Q extends ZodObject | null = null>(
  method: Route['method'],
  path: string,
  options: RouteOptions<A, B, Q>,
  handle: (
    call: Call<B extends ZodType ? z.infer<B> : null, Q extends ZodObject ? z.infer<Q> : null, WhoOf<A>>,
  ) => Promise<Answer | Redirect | object | null>,
): Route {
  const {
    access,
    body,
    query,
    answers = null,
    status = 200,
    maxBytes = null,
    guarded = false,
    secret = false,
  } = options;
  return {
    method,
    path,
    access,
    status,
    maxBytes,
    guarded,
    secret,
    body: body ?? null,
    query: query ?? null,
    answers,
    handle: handle as unknown as Route['handle'],
  };
}

/** A route whose handler is another application of the same paths. */
export interface MountedRoute {
  readonly method: Route['method'];
  readonly path: string;
  readonly access: Permission;
  readonly mounted: (principal: Principal, request: Request) => Promise<Response>;
  /** Of one that the contract does not have: what it takes, and the type of what it answers. */
  readonly own?: { readonly query: ZodObject | null; readonly produces: string };
  /** Of another tool's protocol, which is described elsewhere. */
  readonly ofOtherTool?: true;
}

export type AppRoute = Route | MountedRoute;

/** Sends a browser elsewhere. */
export class Redirect {
  constructor(
    readonly url: string,
    readonly cookies: readonly string[],
  ) {}
}

/** With cookies to set, beside the body. */
export class WithCookies implements Answer {
  constructor(
    readonly body: object | null,
    readonly cookies: readonly string[],
  ) {}
}
