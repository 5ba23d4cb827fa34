/** Parts of what many operations take. */
import { z } from 'zod';

/** Of a page. */
export const MAX_LIMIT = 100;
const WHOLE_LIST = 1_000;
const MAX_WAIT_MS = 60_000;

export const text = z.string().max(2_000).optional();
export const cursor = z.string().max(2_000).optional();
/** As people write it. */
export const query = z.string().max(10_000).optional();
/** Of `DeploymentFilter`. */
export const DEPLOYMENT = { environment: text, version: text, team: text };
export const waitMs = z.coerce.number().int().min(0).max(MAX_WAIT_MS).optional();
export const limit = z.coerce.number().int().min(1).max(MAX_LIMIT).optional();
/** Of lists that were given whole once, and still are where they are no longer than that. */
export const longLimit = z.coerce.number().int().min(1).max(WHOLE_LIST).optional();
export const PAGE = z.object({ limit: longLimit, cursor: text });
/** A range of time. */
const RANGE = z.object({ from: text, to: text });
/** The same, of some deployments. */
export const NARROWED = RANGE.extend(DEPLOYMENT);
/** Of a bucket of time. */
export const stepSeconds = z.coerce.number().int().min(1).max(10_000_000).optional();
