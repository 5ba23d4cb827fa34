/** What the HTTP API answers, and what it is asked, by name: the document at `/v1/openapi.json` is made from these types and their comments. */
import type { HttpError } from '../../core/api/http-resources';
import type { OwnAnswer, Resource, Rest } from '../../core/operations/operation';
import type { OPERATIONS, RESOURCES } from '../../core/operations/operations';
import type { Call } from '../../core/store/workspace/store-call';
import type { OWN_ROUTES } from './own-routes';

type Operations = typeof OPERATIONS;
type Resources = typeof RESOURCES;
type OwnRoutes = typeof OWN_ROUTES;
/** A file is no answer of JSON. */
type OwnAnswerOf<Name> = Name extends keyof OwnRoutes ? Exclude<Awaited<ReturnType<OwnRoutes[Name]>>, Response> : never;

export type HttpAnswers = {
  [Name in keyof Operations]: Operations[Name] extends { readonly rest: Rest<infer _, infer Shown> | null }
    ? [Shown] extends [OwnAnswer]
      ? OwnAnswerOf<Name>
      : Shown
    : never;
} & { [Name in keyof Resources]: OwnAnswerOf<Name> };

type Plain = string | number | boolean | bigint | null | undefined | AbortSignal;

/** For the comments on what is asked. */
export type HttpQueries = {
  [Name in keyof Operations]: Operations[Name] extends {
    readonly run: Call<infer _, infer Args, infer __, infer ___>;
  }
    ? Exclude<Args[number], Plain>
    : never;
} & { [Name in keyof Resources]: Resources[Name] extends Resource<infer Asked> ? Asked : never };

export interface HttpErrors {
  readonly error: HttpError;
}
