import { z } from 'zod';
import { actionSchema, positionIdSchema } from '../position/position.ts';

export const linkIdSchema = z.string().regex(/^lnk_[0-9a-z]{12}$/, 'expected lnk_ and 12 letters or digits');

/** A link as the table keeps it: the token itself is nowhere, only its SHA-256. */
export const linkSchema = z.object({
  linkId: linkIdSchema,
  /** SHA-256 of the token, hexadecimal. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  positionId: positionIdSchema,
  action: actionSchema,
  label: z.string().optional(),
  createdAt: z.string(),
  revokedAt: z.string().optional(),
});
export type Link = z.infer<typeof linkSchema>;
