/** Reads a span of OTLP whole. What it is, whose, and what it counts is decided as it is while spans are stored. */
import { type KeyValue, plainAttributes } from '../model/json-types';
import type { AgentSpan } from './agent-span';
import { firstTokenNs, type SpanTiming } from './first-token';
import { readSource } from './read-agent-span';
import { factsOfSpan } from './span-facts';
import { AttributeReader } from './span-source';

/** Null: it says nothing of an agent run. */
export function readAgentSpan(span: {
  readonly name: string;
  readonly scope: string;
  readonly attributes: readonly KeyValue[];
  readonly events: readonly {
    readonly name: string;
    readonly timeUnixNano?: string;
    readonly attributes: readonly KeyValue[];
  }[];
  /** Left out: not known. */
  readonly timing?: SpanTiming;
}): AgentSpan | null {
  const facts = factsOfSpan(span.name, span.scope, span.attributes);
  if (!facts?.kind) return null;
  const source = {
    name: span.name,
    scope: span.scope,
    attributes: new AttributeReader(plainAttributes(span.attributes)),
    events: span.events.map(({ name, attributes }) => {
      return { name, attributes: new AttributeReader(plainAttributes(attributes)) };
    }),
  };
  const whole = readSource(source, facts.kind);
  if (!whole) return null;
  const timed = span.events.flatMap(({ name, timeUnixNano }) =>
    timeUnixNano === undefined ? [] : { name, timeUnixNano },
  );
  const timeToFirstTokenNs = firstTokenNs(source.attributes, timed, span.timing ?? null);
  const read = { ...whole, timeToFirstTokenNs };
  const { call, agentName, sessionId, userId } = facts;
  if (!call) return { ...read, agentName, sessionId, userId };
  const { provider, serviceTier, reportedCost, model: _, ...tokens } = call;
  const usage = { ...read.usage, ...tokens };
  return { ...read, agentName, sessionId, userId, provider, serviceTier, reportedCost, usage };
}
