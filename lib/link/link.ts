import { z } from 'zod';
import { actionSchema, positionIdSchema } from '../position/position.ts';

export const linkIdSchema = z.string().regex(/^lnk_[0-9a-z]{16}$/, 'expected lnk_ and 16 letters or digits');

/**
 * A link's id is cut from its token's hash, so that a token leads to its item in one read and the id, which
 * people see in lists, leads nowhere else. 16 characters in base 36 are 82 bits; the whole hash is compared too.
 */
export const linkIdOf = (tokenHash: string): string =>
  `lnk_${BigInt(`0x${tokenHash}`).toString(36).padStart(50, '0').slice(-16)}`;

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
