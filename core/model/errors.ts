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

export class SpoorError extends Error {
  override readonly name = 'SpoorError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
  ) {
    super(message);
  }
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
  return { code: 'INTERNAL_ERROR', message: error instanceof Error ? error.message : String(error), details: [] };
}

export function errorFromValue({ code, message, details }: ErrorValue): SpoorError {
  return new SpoorError(code, message, details);
}
