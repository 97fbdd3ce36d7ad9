import type { InferredOptionTypes } from 'yargs';
import { exchangeIdSchema } from '../../lib/account/account.ts';
import { listOption, type SharedArguments, textOption } from '../options.ts';
import { deployOptions } from './deploy-arguments.ts';

export const initOptions = {
  ...deployOptions,
  account: textOption('Name of the account [default: main]', {}),
  exchange: textOption('Exchange of the account', { choices: exchangeIdSchema.options }),
  sandbox: { type: 'boolean', describe: "The exchange's test network" },
  'base-url': textOption("Scheme and host that replace the exchange's own", {}),
  position: textOption('Id of a position that Ripcord has already, pos_…', {}),
  symbol: textOption('BTC/USDT, or BTC/USDT:USDT for a perpetual', {}),
  side: textOption('Side of the position', { choices: ['long', 'short'] }),
  entry: listOption('Adopt: entry order at the exchange'),
  type: textOption('Open a position with this order, instead of adopting one', {
    choices: ['market', 'limit'],
  }),
  amount: textOption('Amount in base currency', {}),
  cost: textOption('Open: amount in quote currency to spend, instead of --amount', {}),
  price: textOption('Open: price of a LIMIT order', {}),
  action: textOption('What the first link does [default: close]', { choices: ['close', 'keep'] }),
} as const;

export type InitOptions = SharedArguments & InferredOptionTypes<typeof initOptions>;
