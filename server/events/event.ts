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

/** What a consumer brings events to is away: they wait for it, in their order. */
export class EventsWait extends Error {
  override readonly name = 'EventsWait';
}

/** The channel on which is said in which workspace something happened, but for ingest. */
export const EVENTS = 'spoor_event';
/** What was stored in one transaction of ingest. */
export const INGESTED = 'trace.ingested.v1';
