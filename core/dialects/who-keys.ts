/** Attributes that name the session and the user of a span: the first believed before the next. */

/** Where a program's own metadata stand, whose names are up to who wrote it. */
const METADATA_PREFIXES = [
  'langfuse.trace.metadata.',
  'langsmith.metadata.',
  'ai.telemetry.metadata.',
  'ai.settings.context.',
  'mastra.metadata.',
  'traceloop.association.properties.',
  'lmnr.association.properties.',
  'metadata.',
] as const;

const SESSION_NAMES = [
  'sessionId',
  'session_id',
  'threadId',
  'thread_id',
  'conversationId',
  'conversation_id',
  'chatId',
  'chat_id',
] as const;
const USER_NAMES = ['userId', 'user_id'] as const;

/** Each name under each prefix: every prefix believed before the next. */
function underEach(names: readonly string[]): readonly string[] {
  return METADATA_PREFIXES.flatMap((prefix) => names.map((name) => prefix + name));
}

const OF_PRODUCTS: readonly string[] = [
  'langfuse.session.id',
  'langsmith.trace.session_id',
  'langwatch.thread.id',
  'galileo.session.id',
  'opik.thread_id',
  'wandb.thread_id',
];
const OF_CONVENTIONS: readonly string[] = [
  'mcp.session.id',
  'gen_ai.conversation.id',
  'gen_ai.session.id',
  'gen_ai.thread.id',
  'gcp.vertex.agent.session_id',
  'copilot_chat.chat_session_id',
  'copilot_chat.session_id',
  'session.id',
  'session_id',
  'conversation.id',
];

/** Those that are nothing but a session's, whoever wrote the program. */
export const OWN_SESSION_KEYS: readonly string[] = [...OF_PRODUCTS, ...OF_CONVENTIONS];
export const SESSION_KEYS: readonly string[] = [...OF_PRODUCTS, ...underEach(SESSION_NAMES), ...OF_CONVENTIONS];

/** LiteLLM's proxy: the end user of the request before the owner of the key; the second spelling is that of its first integration. */
const OF_LITELLM = ['litellm.metadata.', 'metadata.'] as const;
export const PROXY_USER_KEYS: readonly string[] = ['user_api_key_end_user_id', 'user_api_key_user_id'].flatMap((name) =>
  OF_LITELLM.map((prefix) => prefix + name),
);

export const USER_KEYS: readonly string[] = [
  'langfuse.user.id',
  'langwatch.user.id',
  'opik.user.id',
  ...underEach(USER_NAMES),
  'gen_ai.user.id',
  'gen_ai.user',
  'gen_ai.request.user',
  'llm.user',
  'user.id',
  'enduser.id',
  ...PROXY_USER_KEYS,
];

/** The proxy's user id for its administrator's key: no particular user. */
export function unlessAdmin(user: string): string | null {
  return user === 'default_user_id' ? null : user;
}

/** On spans of agents alone: elsewhere they are a program's own. */
export const AGENT_SESSION_KEYS: readonly string[] = ['thread_id', 'chat.id', 'chat_id', 'conversation_id'];
export const AGENT_USER_KEYS: readonly string[] = ['user_id'];
