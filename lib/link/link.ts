import { z } from 'zod';
import { venueIdSchema } from '../account/account.ts';
import { amountSchema } from '../amount.ts';
import { sideSchema } from '../exchange/exchange.ts';
import { type Action, actionSchema, positionIdSchema } from '../position/position.ts';
import { tagSchema } from '../position/tag.ts';

export const linkIdSchema = z.string().regex(/^lnk_[0-9a-z]{16}$/, 'expected lnk_ and 16 letters or digits');

/**
 * @returns the link's id. It is cut from the token's hash, so that a token leads to its item in one read, while the id,
 * which lists show, does not lead to the token. 16 characters in base 36 are 82 bits, so a hit compares the whole hash too.
 */
export function toLinkId(tokenHash: string): string {
  return `lnk_${BigInt(`0x${tokenHash}`).toString(36).padStart(50, '0').slice(-16)}`;
}

/** `post-only`: a GET never fires the link; a browser shows a page with a button. */
export const methodsSchema = z.enum(['any', 'post-only']);

const rangeSchema = z.union([z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()], {
  error: 'expected an address or a range such as "203.0.113.7" or "203.0.113.0/24"',
});
/** The source addresses, as the gateway reports them, that may fire a link. */
export const sourcesSchema = z.union([z.enum(['any', 'tradingview']), z.array(rangeSchema).min(1).max(20)], {
  error: 'expected "any", "tradingview", or a list of addresses and ranges',
});
export type Sources = z.infer<typeof sourcesSchema>;

/** `reduce` and `stop` state where to end, so that a repeat changes nothing. `heartbeat` only proves that alerts arrive. */
export const linkActionSchema = z.enum(['close', 'keep', 'reduce', 'stop', 'heartbeat']);
export type LinkAction = z.infer<typeof linkActionSchema>;

/** Which positions a standing link matches at each hit. Strict: a scope that lacks a field must not become a wider one. */
export const scopeSchema = z.union([
  z.strictObject({ account: z.string(), symbol: z.string(), side: sideSchema }),
  z.strictObject({ tag: tagSchema }),
  z.strictObject({ account: z.string() }),
]);
export type Scope = z.infer<typeof scopeSchema>;

/** Where a stop is moved. The better of it and the present stop counts, so a repeat can't loosen the stop. */
export const stopTargetSchema = z.union([
  z.strictObject({ breakEven: z.literal(true) }),
  z.strictObject({ price: amountSchema }),
  z.strictObject({ trailPercent: amountSchema }),
]);
export type StopTarget = z.infer<typeof stopTargetSchema>;

/** How often beats are due, and what happens without them. */
export const watchSchema = z.object({
  /** A duration such as `5m`, `1h` or `1d`. */
  every: z.string().regex(/^[1-9]\d{0,3}[mhd]$/, 'expected a duration such as 5m, 1h or 1d'),
  /** How many beats in a row are missed before it acts. */
  missed: z.number().int().min(1).max(100),
  then: z.enum(['tell', 'stop-break-even', 'close']),
});
export type Watch = z.infer<typeof watchSchema>;

/** What the owner may choose for a link beside its action. Lists show all of it. */
export const linkOptionsSchema = z.object({
  /** ISO 8601, UTC; absent: the link works as long as its position is open. */
  expiresAt: z.string().optional(),
  /** How often the link may act. A refusal or a retry that executed nothing does not count. Absent: no limit. */
  maxUses: z.number().int().min(1).max(1_000).optional(),
  /** A GET always shows a page with a button first. */
  confirm: z.boolean().default(false),
  methods: methodsSchema.default('any'),
  sources: sourcesSchema.default('any'),
  /** Closes only this part of the remaining amount; the position stays open with the rest. */
  percent: z.number().int().min(1).max(99).optional(),
});

/** A link as it is stored. The token is not stored, only its SHA-256. */
export const linkSchema = linkOptionsSchema.extend({
  linkId: linkIdSchema,
  /** SHA-256 of the token, hexadecimal. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** The one position that it acts on. A standing link has a scope instead. */
  positionId: positionIdSchema.optional(),
  scope: scopeSchema.optional(),
  /** Its position's account and exchange, so that a hit can connect while it claims. If they differ, the position's count. */
  account: z.string().optional(),
  exchange: venueIdSchema.optional(),
  action: linkActionSchema,
  /** For `reduce`: at most this part of what filled is left, in %; or this part of what remains is closed, in %. */
  toPercent: amountSchema.optional(),
  byPercent: amountSchema.optional(),
  /** For `stop`. */
  stop: stopTargetSchema.optional(),
  /** The alert's message states the strategy's position, and this link follows it. */
  follows: z.literal('market-position').optional(),
  /** A hit adopts what the exchange shows beyond Ripcord's own positions first. */
  adopt: z.literal(true).optional(),
  /** Hits report what they would have done, and do nothing. */
  rehearsal: z.literal(true).optional(),
  watch: watchSchema.optional(),
  label: z.string().optional(),
  createdAt: z.string(),
  revokedAt: z.string().optional(),
  /** Why the link does not act although it is not revoked: a restore paused it. */
  pausedReason: z.string().optional(),
  /** The token's last 4 characters. Absent for links of earlier versions. */
  tokenEnd: z.string().optional(),
});
export type Link = z.infer<typeof linkSchema>;

export function isExpired(link: Link, now: number): boolean {
  return link.expiresAt !== undefined && now >= Date.parse(link.expiresAt);
}

/** A link that closes or keeps one position, no matter what else is open. */
export type PositionLink = Link & { positionId: string; action: Action };

/** Whether a hit acts on this one position and answers with its outcome. Every other link is a standing one. */
export function isPositionLink(link: Link): link is PositionLink {
  const { positionId, action, follows } = link;
  return positionId !== undefined && actionSchema.safeParse(action).success && follows === undefined;
}
