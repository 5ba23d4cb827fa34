/** Fields that bodies of several modules have. */
import { z } from 'zod';

const MIN_PASSWORD = 12;
/** Longer ones cost time and are no safer. */
export const MAX_PASSWORD = 200;

export const EMAIL = z.email().max(254);
export const NAME = z.string().trim().min(1).max(200);
export const PASSWORD = z.string().min(MIN_PASSWORD).max(MAX_PASSWORD);
