/**
 * Stands before a database that may turn out to be damaged: from the first error that says so every statement is refused, so that
 * nothing is acknowledged that may not be found again. The files are left to their owner.
 */
import { SpoorError } from '../../core/model/errors';
import { LostPartError } from '../../core/store/payloads/lost-part-error';
import type { SqlClient } from '../../core/store/sql/sql-client';
import { DatabaseDamagedError, damagedMessage, isAbort, isDamage, isDoubtful, reasonOf } from './damage';

type OnDamage = (message: string) => void;
type OnAbort = (error: unknown) => void;

/** Each says what is lost; null: nothing is known to be. */
interface Losses {
  /** A file that is gone, or rows. To be asked now and then. */
  look(): Promise<string | null>;
  /** Searches all files, after something was missed. */
  search(): Promise<string | null>;
}

/** A search reads all that is stored. */
const SEARCH_EVERY_MS = 600_000;

export class DatabaseGuard {
  private damage: string | null = null;
  private onDamage: OnDamage = () => {};
  private onAbort: OnAbort | null = null;
  private hasEnded = false;
  private searchedAt = Number.NEGATIVE_INFINITY;

  /** @param check compares the catalogs with what they should hold, and rejects where they do not */
  constructor(
    private readonly directory: string,
    private readonly check: () => Promise<void>,
    private readonly lost: Losses,
  ) {}

  /** What people are told once it is damaged; null: it is not known to be. */
  get message(): string | null {
    return this.damage;
  }

  /**
   * @param onDamage is called once, with what people are told
   * @param onAbort is called once, when PGlite ended, which a new start may mend; null: nobody starts it again
   */
  watch(onDamage: OnDamage, onAbort: OnAbort | null): void {
    this.onDamage = onDamage;
    this.onAbort = onAbort;
    if (this.damage !== null) onDamage(this.damage);
  }

  /** @throws SpoorError SERVICE_UNAVAILABLE once it is damaged */
  demandWhole(): void {
    if (this.damage !== null) throw new SpoorError('SERVICE_UNAVAILABLE', this.damage);
  }

  /** What is thrown at whoever asked, where the database threw `error`. */
  async judge(error: unknown): Promise<unknown> {
    if (error instanceof SpoorError) return error;
    if (this.damage === null) {
      const ends = isAbort(error);
      if (ends && this.onAbort) {
        // Every statement that is under way fails of the same end.
        if (!this.hasEnded) this.onAbort(error);
        this.hasEnded = true;
        return new SpoorError('SERVICE_UNAVAILABLE', `${reasonOf(error)}, and is started again. Try once more.`);
      }
      const isDamaged = ends || isDamage(error) || (isDoubtful(error) && (await this.isChanged()));
      const lost = error instanceof LostPartError ? await this.search() : null;
      if (!isDamaged && lost === null) return error;
      await this.declare(lost === null ? error : new DatabaseDamagedError(lost));
    }
    return new SpoorError('SERVICE_UNAVAILABLE', this.damage ?? '');
  }

  /** Whether the files are still where they were. */
  async look(): Promise<void> {
    if (this.damage !== null) return;
    const lost = await this.lost.look().catch(async (error: unknown) => {
      // What cannot be read for damage is found by looking, too.
      const judged = await this.judge(error);
      if (this.damage === null) throw judged;
      return null;
    });
    if (lost !== null) await this.declare(new DatabaseDamagedError(lost));
  }

  private async search(): Promise<string | null> {
    const now = performance.now();
    if (now - this.searchedAt < SEARCH_EVERY_MS) return null;
    this.searchedAt = now;
    return this.lost.search();
  }

  private async declare(error: unknown): Promise<void> {
    const message = await damagedMessage(this.directory, reasonOf(error));
    if (this.damage !== null) return;
    this.damage = message;
    this.onDamage(message);
  }

  private isChanged(): Promise<boolean> {
    return this.check().then(
      () => false,
      () => true,
    );
  }
}

export function guarded(sql: SqlClient, guard: DatabaseGuard): SqlClient {
  const through = async <T>(run: () => Promise<T>): Promise<T> => {
    guard.demandWhole();
    try {
      return await run();
    } catch (error) {
      throw await guard.judge(error);
    }
  };
  return {
    query: (...asked) => through(() => sql.query(...asked)),
    execute: (...asked) => through(() => sql.execute(...asked)),
    copyIn: (...asked) => through(() => sql.copyIn(...asked)),
    copyOut: (...asked) => through(() => sql.copyOut(...asked)),
    transaction: (run, kind) => through(() => sql.transaction(run, kind)),
    snapshot: (run, goesOn) => through(() => sql.snapshot(run, goesOn)),
  };
}
