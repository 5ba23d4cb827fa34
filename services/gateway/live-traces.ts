/**
 * New traces as they are stored, for `/v1/live` and `spoor tail`. Whoever asks the same shares one evaluation, those of a workspace
 * take turns, and a reader who is slow is told how much it missed.
 */

import type { TraceListPage, TraceMatchSummary } from '../../core/api/search';
import type { TraceListQuery } from '../../core/api/trace-list-query';
import { SpoorError } from '../../core/model/errors';
import { nsFromMs } from '../../core/model/time';
import { LiveReader } from './live-reader';

/** What came in the meantime comes together. */
const PACE_MS = 500;
const PAGE = 100;
const MAX_PAGES = 10;
/** Traces remembered as told. */
const MAX_KNOWN = 20_000;
/** Spans come when they end: a trace that is new may have begun some time ago. */
const LOOK_BACK_MS = 600_000;

interface LiveLimits {
  /** Streams of one key or account. */
  readonly ofOne: number;
  readonly all: number;
  /** Different questions, each evaluated when something was stored. */
  readonly questions: number;
}

const LIVE_LIMITS: LiveLimits = { ofOne: 50, all: 500, questions: 50 };

interface Source {
  listTraces(query: TraceListQuery): Promise<TraceListPage>;
  nextChange(after: number): Promise<number>;
}

export class LiveTraces {
  private readonly questions = new Map<string, Question>();
  private readonly streams = new Map<string, number>();
  private open = 0;
  private running = false;
  /** The evaluation that others wait for. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly source: Source,
    private readonly limits = LIVE_LIMITS,
    private readonly paceMs = PACE_MS,
  ) {}

  /**
   * @param who a key or an account, which has a number of streams
   * @returns what has to be closed @throws SpoorError RATE_LIMITED, and what is wrong with the question
   */
  async follow(who: string, asked: TraceListQuery): Promise<LiveReader> {
    const key = JSON.stringify(asked);
    const { ofOne, all, questions } = this.limits;
    const own = this.streams.get(who) ?? 0;
    if (own >= ofOne) throw tooMany(`You follow ${ofOne} live streams already, as many as one may`);
    if (this.open >= all) throw tooMany(`${all} live streams are followed here already`);
    if (!this.questions.has(key) && this.questions.size >= questions) {
      throw tooMany(`${questions} different questions are followed here already`);
    }
    this.streams.set(who, own + 1);
    this.open++;
    const question = this.questions.get(key) ?? new Question(this.source, asked);
    this.questions.set(key, question);
    const reader: LiveReader = new LiveReader(() => {
      question.readers.delete(reader);
      if (question.readers.size === 0) this.questions.delete(key);
      const left = (this.streams.get(who) ?? 1) - 1;
      if (left === 0) this.streams.delete(who);
      else this.streams.set(who, left);
      this.open--;
    });
    question.readers.add(reader);
    try {
      // The version is older than what is known: what is stored in between is told.
      const version = this.running ? 0 : await this.source.nextChange(0);
      question.begun ??= this.inTurn(() => question.begin());
      await question.begun;
      if (!this.running) void this.run(version);
    } catch (error) {
      reader.close();
      throw error;
    }
    return reader;
  }

  private async run(from: number): Promise<void> {
    this.running = true;
    let version = from;
    try {
      while (this.questions.size > 0) {
        const changed = await this.source.nextChange(version);
        const questions = [...this.questions.values()];
        if (changed === version) {
          // Nothing for a while: who listens should know that we are there.
          for (const { readers } of questions) for (const reader of readers) reader.alive();
          continue;
        }
        version = changed;
        for (const question of questions) await this.inTurn(() => question.look());
        await new Promise((resolve) => setTimeout(resolve, this.paceMs));
      }
    } catch (error) {
      for (const { readers } of this.questions.values()) for (const reader of readers) reader.fail(error);
    } finally {
      this.running = false;
    }
  }

  private inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(run);
    this.turn = turn.catch(() => {});
    return turn;
  }
}

/** Grows with every change of the trace. */
function stateOf({ spanCount, changes }: Pick<TraceMatchSummary, 'spanCount' | 'changes'>): number {
  return spanCount + changes;
}

/** What some readers ask alike. */
class Question {
  readonly readers = new Set<LiveReader>();
  begun: Promise<void> | null = null;
  private readonly known = new Map<string, number>();
  private readonly asked: TraceListQuery;

  constructor(
    private readonly source: Source,
    asked: TraceListQuery,
  ) {
    this.asked = { ...asked, from: nsFromMs(Date.now() - LOOK_BACK_MS).toString() };
  }

  /** What is stored already is not new. */
  async begin(): Promise<void> {
    for await (const trace of this.newest()) this.known.set(trace.traceId, stateOf(trace));
  }

  async look(): Promise<void> {
    if (this.readers.size === 0 || this.begun === null) return;
    try {
      for (const { event, trace } of await this.news()) {
        const message = { event, id: trace.traceId, data: JSON.stringify(trace) };
        for (const reader of this.readers) reader.tell(message);
      }
    } catch (error) {
      for (const reader of this.readers) reader.fail(error);
    }
  }

  /** Oldest first. */
  private async news(): Promise<{ event: 'trace' | 'update'; trace: TraceMatchSummary }[]> {
    const { known } = this;
    const news: { event: 'trace' | 'update'; trace: TraceMatchSummary }[] = [];
    let told = 0;
    for await (const trace of this.newest()) {
      const before = known.get(trace.traceId);
      if (before === stateOf(trace)) {
        // A page of what is known lies between us and anything new.
        if (++told >= PAGE) break;
        continue;
      }
      known.delete(trace.traceId);
      known.set(trace.traceId, stateOf(trace));
      news.push({ event: before === undefined ? 'trace' : 'update', trace });
    }
    for (const id of known.keys()) {
      if (known.size <= MAX_KNOWN) break;
      known.delete(id);
    }
    return news.reverse();
  }

  private async *newest(): AsyncGenerator<TraceMatchSummary> {
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const { data, pagination } = await this.source.listTraces({ ...this.asked, limit: PAGE, cursor });
      yield* data;
      if (pagination.nextCursor === null) return;
      cursor = pagination.nextCursor;
    }
  }
}

function tooMany(what: string): SpoorError {
  return new SpoorError('RATE_LIMITED', `${what}; close one, or ask /v1/traces from time to time.`);
}
