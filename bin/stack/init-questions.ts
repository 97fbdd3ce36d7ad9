import { exchangeIdSchema, requiresPassword } from '../../lib/account/account.ts';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { parseInput } from '../command-input.ts';
import { cancelPrompt } from '../confirm.ts';
import { readCredentials } from '../credentials.ts';
import { type AccountFields, type PositionSource, toAdoption, toOrder } from './init-plan.ts';

const output = { output: process.stderr };

async function ask(message: string, initial?: string): Promise<string> {
  const { input } = await import('@inquirer/prompts');
  const answer = await input({ message, ...(initial !== undefined && { default: initial }) }, output);
  return answer.trim();
}

async function choose<Choice extends string>(message: string, choices: readonly Choice[]): Promise<Choice> {
  const { select } = await import('@inquirer/prompts');
  return select({ message, choices }, output);
}

export function askAccountName(): Promise<string> {
  return ask('Name for the account of the exchange', 'main').catch(cancelPrompt);
}

export async function askAccount(name: string, fields: AccountFields): Promise<CommandInput<'accounts.add'>> {
  const exchange =
    fields.exchange ?? (await choose('Exchange', exchangeIdSchema.options).catch(cancelPrompt));
  const withPassword = requiresPassword(exchange);
  const credentials = await readCredentials({ stdin: false, withPassword, exchange });
  return parseInput('accounts.add', { name, account: { ...fields, exchange, ...credentials } });
}

export async function askPosition(account: string): Promise<PositionSource> {
  return askPositionOf(account).catch(cancelPrompt);
}

async function askPositionOf(account: string): Promise<PositionSource> {
  const adopt = 'adopt what I hold at the exchange';
  const kind = await choose('First position', [
    adopt,
    'open one with a MARKET order',
    'open one with a LIMIT order',
  ]);
  const symbol = await ask('Market, such as BTC/USDT, or BTC/USDT:USDT for a perpetual');
  const market = { account, symbol, side: await choose('Side', ['long', 'short']) };
  const amount = await ask('Amount in base currency');
  if (kind === adopt) return toAdoption({ ...market, amount: amount || undefined });
  if (!kind.includes('LIMIT')) return toOrder({ ...market, type: 'market', amount });
  return toOrder({ ...market, type: 'limit', amount, price: await ask('Price') });
}
