/** What happened in a workspace: the envelope that consumers and webhooks get. */
export interface TeamEvent {
  /** The same however often it is told. */
  readonly id: string;
  /** With its version: `annotation.created.v1`. */
  readonly type: string;
  /** Of the envelope. */
  readonly version: 1;
  readonly timestamp: string;
  readonly source: 'spoor-server';
  /** The request that it came of; empty: none. */
  readonly correlationId: string;
  /** `account:ID`, `api-key:ID` or `system`. */
  readonly actor: string;
  /** Its place among those of the workspace, without a gap. */
  readonly sequence: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What was stored in one transaction of ingest. */
export const INGESTED = 'trace.ingested.v1';

/** What webhooks may be told of, and what the list of activity shows. Ingest is too much of it. */
export const TOLD_TYPES = [
  'annotation.created.v1',
  'annotation.updated.v1',
  'annotation.deleted.v1',
  'score.created.v1',
  'score.updated.v1',
  'score.deleted.v1',
  'saved-view.created.v1',
  'saved-view.updated.v1',
  'saved-view.deleted.v1',
  'dataset.created.v1',
  'dataset.updated.v1',
  'dataset.deleted.v1',
  'guardrail.created.v1',
  'guardrail.updated.v1',
  'guardrail.deleted.v1',
  'guardrail.hit.v1',
  'trace.deleted.v1',
  'trace.restored.v1',
  'project.created.v1',
  'project.updated.v1',
  'project.archived.v1',
  'member.joined.v1',
  'member.updated.v1',
  'member.removed.v1',
] as const;
export type ToldType = (typeof TOLD_TYPES)[number];
