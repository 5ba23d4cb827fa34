/** The errors that cross a boundary: a thread, a socket, HTTP. Everything else is a bug and becomes INTERNAL_ERROR. */
export const ERROR_STATUS = {
  VALIDATION_ERROR: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

export interface ErrorDetail {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** A SpoorError as plain data. */
export interface ErrorValue {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
}

/** What a message quotes can be as long as a sender likes. */
const MAX_MESSAGE_CHARS = 4_000;
const MAX_DETAILS = 100;

export class SpoorError extends Error {
  override readonly name = 'SpoorError';
  readonly details: readonly ErrorDetail[];

  /** Texts of any length; those over 4,000 characters lose their middle. */
  constructor(
    readonly code: ErrorCode,
    message: string,
    details: readonly ErrorDetail[] = [],
  ) {
    super(shortened(message));
    this.details = details
      .slice(0, MAX_DETAILS)
      .map((one) => ({ ...one, field: shortened(one.field), message: shortened(one.message) }));
  }
}

/** A text without its middle where it is longer than `most` characters: its end says what to do next. */
export function shortened(text: string, most = MAX_MESSAGE_CHARS): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 4);
  return `${withoutHalf(text.slice(0, most - end))} … ${withoutHalf(text.slice(-end))}`;
}

/** Without the half of a pair of surrogates that a cut leaves at either end. */
function withoutHalf(text: string): string {
  return text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
}

/** Not now: it is worth asking again after so many seconds. */
export class RetryLater extends SpoorError {
  constructor(
    code: 'RATE_LIMITED' | 'SERVICE_UNAVAILABLE',
    message: string,
    readonly retryAfterSeconds: number,
    details: readonly ErrorDetail[] = [],
  ) {
    super(code, message, details);
  }
}

/** The one place that turns anything thrown into a value others can read. */
export function errorValueOf(error: unknown): ErrorValue {
  if (error instanceof SpoorError) return { code: error.code, message: error.message, details: error.details };
  const message = shortened(error instanceof Error ? error.message : String(error));
  return { code: 'INTERNAL_ERROR', message, details: [] };
}

export function errorFromValue({ code, message, details }: ErrorValue): SpoorError {
  return new SpoorError(code, message, details);
}
