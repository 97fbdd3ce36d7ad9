import { z } from 'zod';

/** What the owner calls a position or a link. */
export const labelSchema = z.string().trim().min(1).max(80);
