import { z } from 'zod';

/** The owner's own name for a position or a link. */
export const labelSchema = z.string().trim().min(1).max(80);
