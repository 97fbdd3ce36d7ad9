import { z } from 'zod';
import { accountNameSchema, newAccountSchema } from '../account/account.ts';
import { amountSchema, positiveAmountSchema } from '../amount.ts';
import { candleIntervalSchema, sideSchema } from '../exchange/exchange.ts';
import { hitSchema } from '../link/hit.ts';
import { linkIdSchema, linkOptionsSchema, methodsSchema, sourcesSchema } from '../link/link.ts';
import {
  actionSchema,
  failureSchema,
  orderRecordSchema,
  outcomeSchema,
  positionIdSchema,
  positionStatusSchema,
} from '../position/position.ts';

/**
 * The admin contract: what the admin function takes and answers, what the command line sends, and what
 * docs/admin-api.md says. Payload `{"command": name, …input}`; answer `{"ok":true,"result":…}` or
 * `{"ok":false,"error":{code,message,issues}}`.
 */

const symbolSchema = z
  .string()
  .regex(
    /^[A-Z0-9]{1,20}\/[A-Z0-9]{1,20}(:[A-Z0-9]{1,20})?$/,
    'expected BASE/QUOTE such as "BTC/USDT", or "BTC/USDT:USDT" for a perpetual',
  );
const labelSchema = z.string().trim().min(1).max(80);
const orderIdSchema = z.string().trim().min(1).max(64);

export const positionViewSchema = z.object({
  positionId: positionIdSchema,
  account: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  side: sideSchema,
  status: positionStatusSchema,
  /** How far the entry is filled, as one word; `closed` once nothing is left. */
  fill: z.enum(['unfilled', 'partly-filled', 'filled', 'closed']),
  label: z.string().optional(),
  createdAt: z.string(),
  /** All of the entry, filled or not, in base currency. */
  amount: amountSchema,
  filled: amountSchema,
  /** The position's own that can still be closed: filled, less base fees, less what exits have sold. */
  left: amountSchema,
  averageEntry: amountSchema.optional(),
  markPrice: amountSchema.optional(),
  /** In quote currency and per cent of the entry's value; may be negative. */
  unrealisedProfit: z.string().optional(),
  unrealisedProfitPercent: z.string().optional(),
  quote: z.string(),
  /** The market's steps, to show prices and amounts by. */
  priceStep: amountSchema,
  amountStep: amountSchema,
  entries: z.array(orderRecordSchema),
  exits: z.array(orderRecordSchema),
  openExits: z.number(),
  links: z.number().optional(),
  outcome: outcomeSchema.optional(),
  failure: failureSchema.optional(),
  attention: z.string().optional(),
  /** When the exchange was last asked, ISO 8601; `stale` says why it could not be asked now. */
  seenAt: z.string().optional(),
  stale: z.string().optional(),
});
export type PositionView = z.infer<typeof positionViewSchema>;

/** Seconds, or a number with s, m, h or d: 3600, "90m", "7d". At most a year. */
const expiresInWords = 'expected seconds, or a duration such as "90m", "12h" or "7d"';
const expiresInSchema = z
  .union(
    [
      z.number().int(expiresInWords).min(1, expiresInWords),
      z.string().regex(/^[1-9]\d{0,8}[smhd]?$/, expiresInWords),
    ],
    expiresInWords,
  )
  .transform((given) => {
    const [, digits = '', unit = 's'] = /^(\d+)([smhd]?)$/.exec(String(given)) ?? [];
    return Number(digits) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit || 's'] ?? 1);
  })
  .refine((seconds) => seconds <= 366 * 86_400, { error: 'expected at most a year' });

export const linkViewSchema = linkOptionsSchema.extend({
  linkId: linkIdSchema,
  positionId: positionIdSchema,
  action: actionSchema,
  label: z.string().optional(),
  createdAt: z.string(),
  /** `used-up`: it has acted as often as it may. */
  state: z.enum(['armed', 'revoked', 'expired', 'used-up']),
  /** Its position is closed or canceled: whatever its state, it can do nothing more. */
  spent: z.boolean().optional(),
  /** How often it has acted, where that is limited. */
  uses: z.number().optional(),
  revokedAt: z.string().optional(),
});
export type LinkView = z.infer<typeof linkViewSchema>;

/** What came of closing one position: the status and body that a link would have answered. */
const closeReportSchema = z.object({
  positionId: positionIdSchema,
  symbol: z.string(),
  status: z.number(),
  /** `not-begun`: of several, its turn did not come in time, and nothing was done about it. */
  outcome: z.string(),
  detail: z.string(),
});

/** `resend`: which try of the same alert it seems to be, from 0, by time and place. */
export const hitViewSchema = hitSchema.extend({ resend: z.number() });
export type HitView = z.infer<typeof hitViewSchema>;

/** An order that can still fill, as a list to adopt from shows it. */
const openOrderSchema = z.object({
  orderId: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  /** The venue's own word in lower case. */
  type: z.string(),
  amount: amountSchema,
  filled: amountSchema,
  price: amountSchema.optional(),
  triggerPrice: amountSchema.optional(),
  /** Which side of a hedged perpetual it belongs to. */
  positionSide: sideSchema.optional(),
  reduceOnly: z.boolean().optional(),
  conditional: z.boolean(),
  priceStep: amountSchema,
  amountStep: amountSchema,
  /** The position that has it as one of its orders already. */
  positionId: positionIdSchema.optional(),
});
export type OpenOrderView = z.infer<typeof openOrderSchema>;

const openHoldingSchema = z.object({
  symbol: z.string(),
  side: sideSchema,
  amount: amountSchema,
  averagePrice: amountSchema.optional(),
  /** An open position of this market and side. */
  positionId: positionIdSchema.optional(),
});

const candleSchema = z.object({
  /** When it opened, epoch milliseconds. */
  at: z.number(),
  open: amountSchema,
  high: amountSchema,
  low: amountSchema,
  close: amountSchema,
});

const accountViewSchema = z.object({ name: z.string(), exchange: z.string() });
const positionAnswer = z.object({ position: positionViewSchema });

/** Every command: what it does in a sentence, its input and its result. */
export const commands = {
  'positions.adopt': {
    summary:
      'Takes over what exists at the exchange: entry and exit orders, an existing perpetual position, or a stated spot amount.',
    input: z
      .strictObject({
        account: accountNameSchema,
        symbol: symbolSchema,
        side: sideSchema,
        entryOrderIds: z.array(orderIdSchema).max(20).optional(),
        exitOrderIds: z.array(orderIdSchema).max(20).optional(),
        amount: positiveAmountSchema.optional(),
        label: labelSchema.optional(),
      })
      .refine((input) => !(input.amount !== undefined && (input.entryOrderIds?.length ?? 0) > 0), {
        path: ['amount'],
        error: 'expected either entryOrderIds or amount: entry orders say themselves how much they filled',
      }),
    result: positionAnswer.extend({
      /** Open orders on the exit's side of this market that belong to no position: a close leaves them alone. */
      leftOut: z.array(z.string()).optional(),
    }),
  },
  'positions.open': {
    summary: 'Places a MARKET or LIMIT entry. Asked twice with the same requestId it opens one.',
    input: z
      .strictObject({
        requestId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, - or _'),
        account: accountNameSchema,
        symbol: symbolSchema,
        side: sideSchema,
        type: z.enum(['market', 'limit']),
        price: positiveAmountSchema.optional(),
        amount: positiveAmountSchema.optional(),
        cost: positiveAmountSchema.optional(),
        label: labelSchema.optional(),
      })
      .refine((input) => (input.amount === undefined) !== (input.cost === undefined), {
        path: ['amount'],
        error: 'expected exactly one of amount (base currency) and cost (quote currency)',
      })
      .refine((input) => (input.type === 'limit') === (input.price !== undefined), {
        path: ['price'],
        error: 'expected a price for a limit entry, and none for a market entry',
      }),
    result: positionAnswer,
  },
  'positions.list': {
    summary: 'All positions with their live state, newest first.',
    input: z.strictObject({
      /** Leave out what is closed or canceled. */
      open: z.boolean().optional(),
      account: accountNameSchema.optional(),
    }),
    result: z.object({
      positions: z.array(positionViewSchema),
      /** Positions whose items this version can not read. They may be open. */
      unreadable: z.array(z.string()).optional(),
    }),
  },
  'positions.get': {
    summary: 'One position with its live state and orders.',
    input: z.strictObject({ positionId: positionIdSchema }),
    result: positionAnswer,
  },
  'positions.candles': {
    summary: "Candles of a position's market, oldest first; the last one is still open.",
    input: z.strictObject({
      positionId: positionIdSchema,
      interval: candleIntervalSchema,
      limit: z.number().int().min(1).max(1_000).optional(),
    }),
    result: z.object({ candles: z.array(candleSchema) }),
  },
  'positions.forget': {
    summary: 'Removes a position and revokes its links. Nothing happens at the exchange.',
    input: z.strictObject({ positionId: positionIdSchema }),
    result: z.object({ positionId: positionIdSchema, linksRevoked: z.number() }),
  },
  'positions.close': {
    summary: 'Closes a position now, as a close link would: the same engine, the same record.',
    input: z.strictObject({ positionId: positionIdSchema }),
    result: closeReportSchema,
  },
  'positions.closeAll': {
    summary:
      'Closes every open position, also while links are paused, and reports on each. After 18 s it begins no other: those are reported as `not-begun`; ask again, with their positionIds.',
    input: z.strictObject({
      account: accountNameSchema.optional(),
      /** Only those of them that are open. */
      positionIds: z.array(positionIdSchema).optional(),
    }),
    result: z.object({ reports: z.array(closeReportSchema) }),
  },
  'positions.resolve': {
    summary:
      "Looks at the exchange's own record of a position that needs a person, and says what it comes to; with apply, settles it so.",
    input: z.strictObject({ positionId: positionIdSchema, apply: z.boolean().optional() }),
    result: z.object({
      position: positionViewSchema,
      /** What the exchange's record comes to: ended, or open again with what is left. */
      verdict: z.enum(['closed', 'canceled', 'open', 'unknown']),
      /** In words, with the orders found. */
      because: z.string(),
      applied: z.boolean(),
    }),
  },
  'history.list': {
    summary:
      'What hit the links, what was decided and why, newest first. Kept 90 days. Without positionId or linkId: of the 50 positions that are open or have ended last. What hit others, and those that were forgotten, is told where positionId or linkId names it.',
    input: z.strictObject({
      positionId: positionIdSchema.optional(),
      linkId: linkIdSchema.optional(),
      limit: z.number().int().min(1).max(500).optional(),
    }),
    result: z.object({ hits: z.array(hitViewSchema) }),
  },
  'links.create': {
    summary: 'Mints a link. The URL is in this answer and nowhere else.',
    input: z
      .strictObject({
        positionId: positionIdSchema,
        action: actionSchema,
        label: labelSchema.optional(),
        expiresIn: expiresInSchema.optional(),
        maxUses: linkOptionsSchema.shape.maxUses,
        confirm: z.boolean().optional(),
        methods: methodsSchema.optional(),
        sources: sourcesSchema.optional(),
        percent: linkOptionsSchema.shape.percent,
      })
      .refine((input) => input.percent === undefined || input.action === 'close', {
        path: ['percent'],
        error: 'expected only with the action close',
      }),
    result: z.object({ url: z.string(), link: linkViewSchema }),
  },
  'links.list': {
    summary: 'All links, newest first, or those of one position.',
    input: z.strictObject({ positionId: positionIdSchema.optional() }),
    result: z.object({ links: z.array(linkViewSchema), paused: z.boolean() }),
  },
  'links.preview': {
    summary: "What a link would do now, from the exchange's live answer, without doing it.",
    input: z.strictObject({ linkId: linkIdSchema }),
    result: z.object({
      link: linkViewSchema,
      position: positionViewSchema,
      /** Whether it would fire at all, and what it would do, in one sentence. */
      fires: z.boolean(),
      would: z.string(),
    }),
  },
  'links.pause': {
    summary: 'The kill switch: no link fires until links.resume. Hits are answered 409 and recorded.',
    input: z.strictObject({}),
    result: z.object({ paused: z.boolean() }),
  },
  'links.resume': {
    summary: 'Ends the pause.',
    input: z.strictObject({}),
    result: z.object({ paused: z.boolean() }),
  },
  'links.revoke': {
    summary: 'Makes a link useless, for good.',
    input: z.strictObject({ linkId: linkIdSchema }),
    result: z.object({ link: linkViewSchema }),
  },
  'notify.test': {
    summary: 'Sends a test message to every notification channel, and reports on each.',
    input: z.strictObject({}),
    result: z.object({
      reports: z.array(
        z.object({
          channel: z.string(),
          /** `unknown`: sent, and no answer came. */
          result: z.enum(['sent', 'refused', 'unknown']),
          why: z.string().optional(),
        }),
      ),
    }),
  },
  'accounts.add': {
    summary:
      'Stores the credentials of an exchange account. Where the name has another key or exchange already, only with replace.',
    input: z.strictObject({
      name: accountNameSchema,
      account: newAccountSchema,
      replace: z.boolean().optional(),
    }),
    result: z.object({ account: accountViewSchema }),
  },
  'accounts.list': {
    summary: 'Names and exchanges of the stored accounts; never a secret.',
    input: z.strictObject({}),
    result: z.object({ accounts: z.array(accountViewSchema) }),
  },
  'accounts.open': {
    summary: 'What is open at the exchange: orders and perpetual positions, to adopt from.',
    input: z.strictObject({ name: accountNameSchema }),
    result: z.object({ orders: z.array(openOrderSchema), holdings: z.array(openHoldingSchema) }),
  },
  'accounts.remove': {
    summary: 'Removes stored credentials. Refused while an open position uses them.',
    input: z.strictObject({ name: accountNameSchema }),
    result: z.object({ name: accountNameSchema }),
  },
  'accounts.check': {
    summary: 'Calls the exchange with an account and reports what its key may do.',
    input: z.strictObject({ name: accountNameSchema }),
    result: z.object({
      name: accountNameSchema,
      exchange: z.string(),
      canTrade: z.boolean().optional(),
      canWithdraw: z.boolean().optional(),
      ipRestricted: z.boolean().optional(),
      /** What a careful owner would change, in words. */
      warnings: z.array(z.string()),
    }),
  },
} as const;

export type CommandName = keyof typeof commands;
export type CommandInput<Name extends CommandName> = z.infer<(typeof commands)[Name]['input']>;
export type CommandResult<Name extends CommandName> = z.infer<(typeof commands)[Name]['result']>;

export const adminAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({ code: z.string(), message: z.string(), issues: z.array(z.string()) }),
  }),
]);
export type AdminAnswer = z.infer<typeof adminAnswerSchema>;
