import { z } from 'zod';

/** The owner's name for a group of positions, such as those of one strategy. */
export const tagSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected 1 to 32 letters, digits, -, _ or .');
