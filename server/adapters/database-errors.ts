/** What the database's errors mean to who asks: it is not there, it took too long, what was sent cannot be stored, or only others can mend it. */
import { SpoorError } from '../../core/model/errors';
import { isDamage } from '../../services/store/damage';

/** SQLSTATE classes: connection exceptions, insufficient resources, operator intervention (shutdown, crash, starting up). */
const GONE_STATES = /^(?:08|53|57P)/;
const GONE_CODES = /^E(?:CONN|PIPE|TIMEDOUT|NOTFOUND|HOSTUNREACH|AI_AGAIN)/;
const GONE_MESSAGES =
  /connection (?:terminated|ended|to PostgreSQL ended)|not queryable|timeout exceeded when trying to connect|Client was closed|^could not \w+ (?:file|directory) "[^"]*": Permission denied$/i;
const CANCELED = '57014';
/** Text with the character NUL, which PostgreSQL does not store. */
const NUL_STATES: readonly unknown[] = ['22021', '22P05'];

export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = String((error as { code?: unknown }).code ?? '');
  if (code === CANCELED) return false;
  return GONE_STATES.test(code) || GONE_CODES.test(code) || GONE_MESSAGES.test(error.message);
}

/** What is thrown at whoever asked. */
export function knownError(error: unknown): unknown {
  if (isDamage(error)) {
    return new SpoorError(
      'SERVICE_UNAVAILABLE',
      'The database cannot read its own files; whoever runs the server finds the reason in its log.',
    );
  }
  if (isUnavailable(error))
    return new SpoorError('SERVICE_UNAVAILABLE', 'The database is not there; try again shortly.');
  if ((error as { code?: unknown } | null)?.code === CANCELED) {
    return new SpoorError('SERVICE_UNAVAILABLE', 'This took too long; ask for less, or for a shorter time.');
  }
  if (NUL_STATES.includes((error as { code?: unknown } | null)?.code)) {
    return new SpoorError('VALIDATION_ERROR', 'A text holds the character NUL, which cannot be stored.');
  }
  if (error instanceof SpoorError && error.details.some(({ code }) => code === 'quarantined')) {
    const { code, message, details } = error;
    return new SpoorError(
      code,
      `${message} Ask whoever runs this server for that: it is done with "spoor-server restore-quarantine".`,
      details,
    );
  }
  return error;
}
