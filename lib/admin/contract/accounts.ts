import { z } from 'zod';
import { accountNameSchema, newAccountSchema, venueIdSchema } from '../../account/account.ts';
import { testOnlyIds } from '../../account/test-only.ts';
import { amountSchema } from '../../amount.ts';
import { candleIntervalSchema, marketRulesSchema, sideSchema } from '../../exchange/exchange.ts';
import { positionIdSchema } from '../../position/position.ts';
import type { CommandDefinition } from './command-definition.ts';
import { candleSchema } from './positions.ts';
import { symbolSchema } from './symbol.ts';

const nameField = accountNameSchema.describe('Name of a stored account.');

/** An order that can still fill. */
const openOrderSchema = z.object({
  orderId: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  /** The exchange's own name for it, in lower case. */
  type: z.string(),
  amount: amountSchema,
  filled: amountSchema,
  price: amountSchema.optional(),
  triggerPrice: amountSchema.optional(),
  /** In hedge mode: the side of the exchange position that it belongs to. */
  positionSide: sideSchema.optional(),
  reduceOnly: z.boolean().optional(),
  conditional: z.boolean(),
  priceStep: amountSchema,
  amountStep: amountSchema,
  /** The position that has it as an entry or exit order. */
  positionId: positionIdSchema.optional(),
});
export type OpenOrderView = z.infer<typeof openOrderSchema>;

const exchangePositionSchema = z.object({
  symbol: z.string(),
  side: sideSchema,
  amount: amountSchema,
  averagePrice: amountSchema.optional(),
  /** An open position of this market and side. */
  positionId: positionIdSchema.optional(),
});

const accountViewSchema = z.object({
  name: z.string(),
  exchange: venueIdSchema.optional(),
  /** The exchange of an account that is for `venues.verify` only. Such an account has no `exchange`. */
  testOnly: z.enum(testOnlyIds).optional(),
  /** The exchange is at most once, not proven. */
  generic: z.literal(true).optional(),
});

const listedAccountSchema = accountViewSchema.extend({
  /** Whether its requests leave from the stack's fixed addresses. */
  egress: z.literal('stack').optional(),
  /** Why what is stored can't be used. Such an account has no `exchange`. */
  problem: z.string().optional(),
  /** When the key ends, as the sweep last saw it. It looks at an account without an open position every 6 hours. */
  expiresAt: z.iso.datetime().optional(),
});

const openResult = z.object({
  orders: z.array(openOrderSchema),
  /** Perpetual positions as the exchange reports them. */
  exchangePositions: z.array(exchangePositionSchema),
});

const marketResult = marketRulesSchema
  .omit({
    id: true,
    settle: true,
    opoAllowed: true,
    conditionalMax: true,
    contractSize: true,
    ccxtMarket: true,
  })
  .extend({
    /** As in positions and in `positions.prices`. */
    marketId: z.string(),
    /** The mark price of a perpetual, the last price of a spot market. */
    price: amountSchema,
    /** What the account pays for an execution at MARKET: a part of its value. Null: could not be read. */
    takerRate: amountSchema.nullable(),
    /** What the account can pay with: quote and base on spot, else the margin's currency. Null: could not be read. */
    balance: z.array(z.object({ currency: z.string(), free: amountSchema })).nullable(),
    /** Of the account's perpetual position. Null: it has none, the exchange did not report it, or each side has its own. */
    leverage: amountSchema.nullable(),
    candles: z.array(candleSchema),
  });

/** Absent: the exchange does not report it. */
const checkResult = z.object({
  name: accountNameSchema,
  exchange: venueIdSchema,
  /** The exchange is at most once, not proven. */
  generic: z.literal(true).optional(),
  /** What a MARKET sale would send there. It was recorded, and nothing left. */
  sale: z
    .object({
      symbol: z.string(),
      method: z.string(),
      url: z.string(),
      fields: z.array(z.string()),
      namesOrder: z.boolean(),
    })
    .optional(),
  canTrade: z.boolean().optional(),
  canWithdraw: z.boolean().optional(),
  ipRestricted: z.boolean().optional(),
  /** The addresses that the key is bound to. Binance does not list them. */
  allowedAddresses: z.array(z.string()).optional(),
  /** The stack's fixed addresses, if the account uses them. */
  addresses: z.array(z.string()).optional(),
  /** The exchange's own id of the account. */
  accountId: z.string().optional(),
  /** When the key, or its right to trade, ends. */
  expiresAt: z.iso.datetime().optional(),
  /** What to change about the key. */
  warnings: z.array(z.string()),
});

export const accountsCommands = {
  'accounts.add': {
    summary:
      'Checks the credentials of an exchange account and stores them. Refuses a name that is stored with another key or exchange, unless it is to be replaced.',
    details:
      "Refuses a key that the exchange refuses, that can't trade or can withdraw, and in place of another one a key of another account at the exchange. What the exchange does not report is in `warnings`. An exchange of the generic mode needs `generic`: it is at most once, not proven. A key of `krakenfutures` needs `sandbox`, and only `venues.verify` uses it. A replacement keeps `sandbox`, `baseUrl`, `options` and `egress` unless it names them, for another exchange only `egress`; `none` as `baseUrl` or `egress` removes it.",
    input: z.strictObject({
      name: accountNameSchema.describe('Your name for the account.'),
      account: newAccountSchema.describe('Exchange and credentials, as in accounts.json.'),
      replace: z.boolean().describe('Replaces an account that has another key or exchange.').optional(),
      unchecked: z.boolean().describe('Stores the account without asking the exchange.').optional(),
      allowWithdrawals: z.boolean().describe('Stores a key that can withdraw.').optional(),
      allowOtherAccount: z
        .boolean()
        .describe('Replaces a key by one of another account at the exchange.')
        .optional(),
    }),
    result: z.object({
      account: accountViewSchema,
      /** What to change about the key, and what the exchange did not report. */
      warnings: z.array(z.string()).optional(),
    }),
  },
  'accounts.list': {
    summary: 'Lists the names and exchanges of the stored accounts, without credentials.',
    input: z.strictObject({}),
    result: z.object({ accounts: z.array(listedAccountSchema) }),
  },
  'accounts.open': {
    summary: "Lists an account's open orders and perpetual positions at the exchange.",
    details: 'Those that belong to a position have its `positionId`. The others can be adopted.',
    input: z.strictObject({ name: nameField }),
    result: openResult,
  },
  'accounts.market': {
    summary:
      'Shows a market as an account sees it: rules, price, fee rate, balance and the latest candles, oldest first.',
    input: z.strictObject({
      name: nameField,
      symbol: symbolSchema.describe('Market, as in `positions.open`.'),
      interval: candleIntervalSchema.describe('Duration of one candle.'),
      limit: z.number().int().min(1).max(1_000).describe('Number of candles. Default: 300.').optional(),
    }),
    result: marketResult,
  },
  'accounts.remove': {
    summary: 'Removes stored credentials. Refuses while an open position uses them.',
    input: z.strictObject({ name: nameField }),
    result: z.object({ name: accountNameSchema }),
  },
  'accounts.check': {
    summary: 'Calls the exchange with an account and reports what its key may do.',
    input: z.strictObject({ name: nameField }),
    result: checkResult,
  },
} as const satisfies Record<string, CommandDefinition>;
