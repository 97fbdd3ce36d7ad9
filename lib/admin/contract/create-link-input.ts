import { z } from 'zod';
import { accountNameSchema } from '../../account/account.ts';
import { decimal, positiveAmountSchema } from '../../amount.ts';
import { sideSchema } from '../../exchange/exchange.ts';
import {
  linkActionSchema,
  linkOptionsSchema,
  methodsSchema,
  sourcesSchema,
  watchSchema,
} from '../../link/link.ts';
import { positionIdSchema } from '../../position/position.ts';
import { tagSchema } from '../../position/tag.ts';
import { durationSchema } from './duration.ts';
import { labelSchema } from './label.ts';
import { symbolSchema } from './symbol.ts';

const { maxUses: maxUsesSchema, percent: percentSchema } = linkOptionsSchema.shape;

const percentageSchema = positiveAmountSchema.refine((percent) => decimal(percent).lt(100), {
  error: 'expected less than 100',
});

const stopSchema = z.union(
  [
    z.strictObject({ breakEven: z.literal(true) }),
    z.strictObject({ price: positiveAmountSchema }),
    z.strictObject({ trailPercent: percentageSchema }),
  ],
  'expected { "breakEven": true }, { "price": "…" } or { "trailPercent": "…" }',
);

const minEveryMs = 5 * 60_000;

export const watchField = z
  .strictObject({
    every: watchSchema.shape.every.refine(
      (every) => toMs(every) >= minEveryMs && toMs(every) <= 7 * 86_400_000,
      {
        error: 'expected at least 5m and at most 7d',
      },
    ),
    missed: watchSchema.shape.missed.default(2),
    then: watchSchema.shape.then.default('tell'),
  })
  .describe(
    'Acts once when alerts stop. `every`: how often one is due, from `"5m"` to `"7d"`. `missed`: after how many missing ones it acts (default 2). `then`: what it does: `tell` (default) sends a notice, `stop-break-even` moves stops, `close` closes. With `close`, the result has a warning until 7 days of alerts have arrived.',
  );

/** @returns milliseconds of a duration such as `5m`. */
function toMs(duration: string): number {
  const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }[duration.slice(-1)] ?? Number.NaN;
  return Number(duration.slice(0, -1)) * unitMs;
}

const fields = z.strictObject({
  positionId: positionIdSchema.describe('The one position that the link acts on.').optional(),
  account: accountNameSchema
    .describe(
      'With `symbol` and `side`: every position on this account with both. Alone: every position that Ripcord knows on it.',
    )
    .optional(),
  symbol: symbolSchema.describe('Market: `BTC/USDT` for spot, `BTC/USDT:USDT` for a perpetual.').optional(),
  side: sideSchema.describe('`long` or `short`; with `account` and `symbol`.').optional(),
  tag: tagSchema.describe('All positions with this tag, on any account.').optional(),
  action: linkActionSchema.describe(
    'What the link does. `close`, `keep` and `reduce` cancel an unfilled entry. `heartbeat` only shows that alerts arrive.',
  ),
  toPercent: percentageSchema
    .describe('For `reduce`: closes what exceeds this percentage of the amount filled, less fees in base.')
    .optional(),
  byPercent: percentageSchema
    .describe('For `reduce`: closes this percentage of what is left, once per position.')
    .optional(),
  stop: stopSchema
    .describe(
      'For `stop`: `{ "breakEven": true }`, `{ "price": "…" }`, or `{ "trailPercent": "…" }` from the mark price. The better of it and the present stop counts.',
    )
    .optional(),
  follows: z
    .literal('market-position', 'expected "market-position"')
    .describe(
      "The alert's message states the strategy's position: `long`, `short` or `flat`, and the bar's time.",
    )
    .optional(),
  adopt: z
    .boolean()
    .describe(
      "At each hit, first adopts what the exchange shows beyond Ripcord's own positions. Perpetuals only. Default: false.",
    )
    .optional(),
  rehearsal: z
    .boolean()
    .describe('Until `links.arm`, hits do nothing, and report what they would have done. Default: false.')
    .optional(),
  watch: watchField.optional(),
  label: labelSchema.describe('Your name for the link, up to 80 characters.').optional(),
  expiresIn: durationSchema
    .describe(
      'Seconds, or a duration such as `"90m"`, `"12h"` or `"7d"`; at most a year. Default: no expiry.',
    )
    .optional(),
  maxUses: maxUsesSchema.describe(
    'How often the link may act. Only with `positionId`. Default: no limit; 1 with `percent`.',
  ),
  confirm: z
    .boolean()
    .describe('A GET always shows the page with the button first. Standing links always do. Default: false.')
    .optional(),
  methods: methodsSchema.describe('`post-only`: only a POST acts. Default: `any`.').optional(),
  sources: sourcesSchema
    .describe(
      'Allowed source addresses: `tradingview`, or up to 20 addresses and CIDR ranges. Default: `any`.',
    )
    .optional(),
  percent: percentSchema.describe(
    'Closes only this percentage of the remaining amount. Only for the action `close` of one position.',
  ),
});
type Fields = z.infer<typeof fields>;

/** What does not fit together, as path and what is expected. The first finding is reported. */
const rules: [path: keyof Fields, error: string, isBroken: (input: Fields) => boolean][] = [
  [
    'positionId',
    'expected exactly one scope: positionId, tag, account with symbol and side, or account alone',
    ({ positionId, tag, account }) =>
      [positionId, tag, account].filter((each) => each !== undefined).length !== 1,
  ],
  [
    'symbol',
    'expected symbol and side together, and with an account',
    ({ account, symbol, side }) =>
      (symbol === undefined) !== (side === undefined) || (symbol !== undefined && account === undefined),
  ],
  [
    'toPercent',
    'expected toPercent or byPercent, and only for the action "reduce"',
    ({ action, toPercent, byPercent }) =>
      [toPercent, byPercent].filter((each) => each !== undefined).length !== (action === 'reduce' ? 1 : 0),
  ],
  [
    'stop',
    'expected for the action "stop", and only for it',
    ({ action, stop }) => (stop === undefined) === (action === 'stop'),
  ],
  [
    'percent',
    'expected only for the action "close" of one position; use the action "reduce"',
    ({ percent, action, positionId, follows }) =>
      percent !== undefined && (action !== 'close' || positionId === undefined || follows !== undefined),
  ],
  [
    'follows',
    'expected only for the actions "close" and "keep", and "reduce" with toPercent',
    ({ follows, action, byPercent }) =>
      follows !== undefined && (action === 'stop' || action === 'heartbeat' || byPercent !== undefined),
  ],
  [
    'adopt',
    'expected only with account, symbol and side of a perpetual, such as "BTC/USDT:USDT"',
    ({ adopt, symbol, action }) =>
      adopt === true && (symbol === undefined || !symbol.includes(':') || action === 'heartbeat'),
  ],
  [
    'watch',
    'expected only for the action "heartbeat" and for links that follow a strategy',
    ({ watch, action, follows }) => watch !== undefined && action !== 'heartbeat' && follows === undefined,
  ],
  [
    'maxUses',
    'expected only for the action "close" or "keep" of one position',
    ({ maxUses, positionId, action, follows }) =>
      maxUses !== undefined &&
      (positionId === undefined || (action !== 'close' && action !== 'keep') || follows !== undefined),
  ],
];

export const createLinkInput = fields.superRefine((input, { addIssue }) => {
  for (const [path, message, isBroken] of rules)
    if (isBroken(input)) addIssue({ code: 'custom', path: [path], message });
});
