import type { z } from 'zod';

/** What one command does, accepts and returns. */
export interface CommandDefinition {
  /** For the help of the command line and for the reference: it names no field and no option. */
  summary: string;
  /** What only a caller of the API needs. */
  details?: string;
  /** Each field of the input has a description, which the reference shows. */
  input: z.ZodType;
  result: z.ZodType;
}
