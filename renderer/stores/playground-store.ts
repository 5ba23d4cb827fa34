/** The prompt that is tried, and the models it is tried on, side by side. */
import { create } from 'zustand';
import type { PromptAnswer } from '../../core/api/playground';
import type { AgentSpan, Message, ToolDefinition } from '../../core/dialects/agent-span';

/** One model that is asked. */
export interface Attempt {
  readonly id: number;
  /** Null: none is chosen yet. */
  readonly endpointId: string | null;
  readonly model: string;
  /** As typed; empty: the model's own. */
  readonly temperature: string;
  readonly maxTokens: string;
  readonly answer: PromptAnswer | null;
  /** Why it could not be asked at all. */
  readonly failure: string | null;
  /** Of the call under way. */
  readonly runId: string | null;
}

interface Recorded {
  readonly traceId: string;
  readonly spanId: string;
}

interface PlaygroundState {
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
  /** The span that it was taken from. */
  readonly source: Recorded | null;
  readonly attempts: readonly Attempt[];
  setMessages(messages: readonly Message[]): void;
  setAttempt(id: number, change: Partial<Attempt>): void;
  addAttempt(): void;
  removeAttempt(id: number): void;
  /** What a call of a model was told, as it was recorded. */
  load(agent: AgentSpan, source: Recorded): void;
  clear(): void;
}

const MAX_ATTEMPTS = 3;
const EMPTY_PROMPT: readonly Message[] = [{ role: 'user', parts: [{ type: 'text', text: '' }] }];

let attempts = 0;
function freshAttempt(of: Partial<Attempt> = {}): Attempt {
  return {
    endpointId: null,
    model: '',
    temperature: '',
    maxTokens: '',
    ...of,
    id: ++attempts,
    answer: null,
    failure: null,
    runId: null,
  };
}

export const usePlayground = create<PlaygroundState>()((set, get) => ({
  messages: EMPTY_PROMPT,
  tools: [],
  source: null,
  attempts: [freshAttempt()],
  setMessages: (messages) => set({ messages }),
  setAttempt: (id, change) =>
    set({ attempts: get().attempts.map((attempt) => (attempt.id === id ? { ...attempt, ...change } : attempt)) }),
  addAttempt: () => {
    const { attempts } = get();
    if (attempts.length < MAX_ATTEMPTS) set({ attempts: [...attempts, freshAttempt(attempts.at(-1))] });
  },
  removeAttempt: (id) => {
    const left = get().attempts.filter((attempt) => attempt.id !== id);
    if (left.length > 0) set({ attempts: left });
  },
  load: ({ system, input, toolDefinitions, parameters, requestModel, responseModel }, source) => {
    const told: readonly Message[] = [...(system.length > 0 ? [{ role: 'system', parts: system }] : []), ...input];
    const text = (value: unknown): string => (typeof value === 'number' ? String(value) : '');
    const model = requestModel ?? responseModel ?? '';
    set({
      messages: told.length > 0 ? told : EMPTY_PROMPT,
      tools: toolDefinitions,
      source,
      attempts: get().attempts.map((attempt) => ({
        ...attempt,
        model,
        temperature: text(parameters.temperature),
        maxTokens: text(parameters.max_tokens),
        answer: null,
        failure: null,
      })),
    });
  },
  clear: () => set({ messages: EMPTY_PROMPT, tools: [], source: null }),
}));
