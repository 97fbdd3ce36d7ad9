import { z } from 'zod';
import { actionSchema, positionIdSchema } from '../position/position.ts';

export const linkIdSchema = z.string().regex(/^lnk_[0-9a-z]{16}$/, 'expected lnk_ and 16 letters or digits');

/**
 * A link's id is cut from its token's hash, so that a token leads to its item in one read and the id, which
 * people see in lists, leads nowhere else. 16 characters in base 36 are 82 bits; the whole hash is compared too.
 */
export function toLinkId(tokenHash: string): string {
  return `lnk_${BigInt(`0x${tokenHash}`).toString(36).padStart(50, '0').slice(-16)}`;
}

/** `post-only`: opening it in a browser only ever shows the page with the button. */
export const methodsSchema = z.enum(['any', 'post-only']);

const rangeSchema = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  error: 'expected an address or a range such as "203.0.113.7" or "203.0.113.0/24"',
});
/** From where a link may be fired, by the gateway's source address. */
export const sourcesSchema = z.union([z.enum(['any', 'tradingview']), z.array(rangeSchema).min(1).max(20)], {
  error: 'expected "any", "tradingview", or a list of addresses and ranges',
});
export type Sources = z.infer<typeof sourcesSchema>;

/** What a link's maker may choose, beside what it does. All of it is shown in lists. */
export const linkOptionsSchema = z.object({
  /** ISO 8601, UTC; absent: as long as its position. */
  expiresAt: z.string().optional(),
  /** How often it may act; a refusal or a retry that executed nothing does not count. Absent: no limit. */
  maxUses: z.number().int().min(1).max(1_000).optional(),
  /** A GET always shows the page with the button first. */
  confirm: z.boolean().default(false),
  methods: methodsSchema.default('any'),
  sources: sourcesSchema.default('any'),
  /** Close only this part of what is left; the position stays open with the rest. */
  percent: z.number().int().min(1).max(99).optional(),
});

/** A link as the table keeps it: the token itself is nowhere, only its SHA-256. */
export const linkSchema = linkOptionsSchema.extend({
  linkId: linkIdSchema,
  /** SHA-256 of the token, hexadecimal. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  positionId: positionIdSchema,
  /**
   * Of its position, so that a hit can connect to the exchange while it claims. A hint: where the position
   * itself says otherwise, that counts. Links of before have none.
   */
  account: z.string().optional(),
  exchange: z.string().optional(),
  action: actionSchema,
  label: z.string().optional(),
  createdAt: z.string(),
  revokedAt: z.string().optional(),
});
export type Link = z.infer<typeof linkSchema>;

export function isExpired(link: Link, now: number): boolean {
  return link.expiresAt !== undefined && now >= Date.parse(link.expiresAt);
}
