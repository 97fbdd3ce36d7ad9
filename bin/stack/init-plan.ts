import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isTestOnly } from '../../lib/account/account.ts';
import type { CommandInput } from '../../lib/admin/contract/commands.ts';
import { CliError } from '../cli-error.ts';
import { parseInput } from '../command-input.ts';
import type { NoticeChoice } from './deploy-arguments.ts';
import type { InitOptions } from './init-options.ts';
import { parseChannel, parseNotice } from './notice-choice.ts';

/** Where the first position comes from. */
export type PositionSource =
  | { from: 'ripcord'; positionId: string }
  | { from: 'exchange'; input: CommandInput<'positions.adopt'> }
  | { from: 'order'; input: CommandInput<'positions.open'> };

/** Fields of an account that a key belongs to. */
export type AccountFields = Readonly<Record<string, unknown>> & { exchange?: string };

/** What options and stdin give. At a terminal, the rest is asked for. */
export interface InitPlan {
  notice: NoticeChoice | undefined;
  accountName: string | undefined;
  /** What the account has besides its key. */
  accountFields: AccountFields;
  account: CommandInput<'accounts.add'> | undefined;
  position: PositionSource | undefined;
  action: 'close' | 'keep' | undefined;
}

const fields = z.record(z.string(), z.unknown());

/** Of stdin. The parts are as the admin contract has them; the keys may stand alone, as `accounts add` reads them. */
const documentSchema = z.strictObject({
  notify: z.union([z.literal('none'), z.looseObject({ kind: z.string() })]).optional(),
  account: fields.optional(),
  position: z
    .union([
      z.strictObject({ positionId: z.string() }),
      z.strictObject({ adopt: fields }),
      z.strictObject({ open: fields }),
    ])
    .optional(),
  link: z.strictObject({ action: z.enum(['close', 'keep']) }).optional(),
  apiKey: z.string().optional(),
  secret: z.string().optional(),
  password: z.string().optional(),
});
type Document = z.infer<typeof documentSchema>;

const expected =
  'Expected JSON on stdin: {"apiKey":"…","secret":"…"} beside the options --exchange, --symbol and --side, or {"notify":"none","account":{"name":"main","exchange":"binance","apiKey":"…","secret":"…"},"position":{"adopt":{"symbol":"BTC/USDT","side":"long","amount":"0.5"}},"link":{"action":"close"}}.';

/**
 * @param text of stdin; undefined at a terminal.
 * @throws CliError that states what is wrong, without any value: the text contains secrets.
 */
export async function readInitPlan(options: InitOptions, text: string | undefined): Promise<InitPlan> {
  const document = parseDocument(text);
  const accountFields = toAccountFields(options, document);
  refuseTestOnly(accountFields);
  const account = toAccount(options, document, accountFields);
  const accountName = account?.name ?? options.account;
  const position = toPosition(options, document, accountName ?? 'main');
  if (
    text !== undefined &&
    (position === undefined || (account === undefined && options.account === undefined))
  )
    throw refuse(expected);
  return {
    notice: await toNotice(options, document),
    accountName,
    accountFields,
    account,
    position,
    action: parseAction(options.action) ?? document.link?.action,
  };
}

function parseDocument(text: string | undefined): Document {
  if (text === undefined || text.trim() === '') return {};
  try {
    return documentSchema.parse(JSON.parse(text));
  } catch {
    throw refuse(expected);
  }
}

async function toNotice(options: InitOptions, { notify }: Document): Promise<NoticeChoice | undefined> {
  if (options.notify !== undefined) return parseNotice(options.notify);
  if (notify === undefined) return undefined;
  return notify === 'none' ? {} : { channel: parseChannel(notify) };
}

function toAccountFields(options: InitOptions, { account = {} }: Document): AccountFields {
  const { name: _, apiKey: _key, secret: _secret, password: _password, ...more } = account;
  const flags = { exchange: options.exchange, sandbox: options.sandbox, baseUrl: options['base-url'] };
  return { ...dropUndefined(flags), ...more };
}

function refuseTestOnly({ exchange }: AccountFields): void {
  if (exchange === undefined || !isTestOnly(exchange)) return;
  throw new CliError(
    'invalid-input',
    `Ripcord does not trade at ${exchange}. Nothing was deployed or stored. To store a key of its test network: ripcord accounts add NAME --exchange ${exchange} --sandbox`,
  );
}

function toAccount(options: InitOptions, document: Document, fields: AccountFields): InitPlan['account'] {
  const { apiKey, secret, password } = { ...document, ...document.account };
  if (apiKey === undefined) return undefined;
  const name = options.account ?? document.account?.name ?? 'main';
  return parseInput('accounts.add', {
    name,
    account: dropUndefined({ ...fields, apiKey, secret, password }),
  });
}

function toPosition(
  options: InitOptions,
  { position }: Document,
  account: string,
): PositionSource | undefined {
  if (options.position !== undefined) return { from: 'ripcord', positionId: options.position };
  if (options.symbol !== undefined) return fromOptions(options, account);
  if (position === undefined) return undefined;
  if ('positionId' in position) return { from: 'ripcord', positionId: position.positionId };
  if ('adopt' in position) return toAdoption({ account, ...position.adopt });
  return toOrder({ account, ...position.open });
}

function fromOptions(options: InitOptions, account: string): PositionSource {
  const { symbol, side, type, price, amount, cost, entry: entryOrderIds } = options;
  const market = { account, symbol, side, amount };
  return type === undefined
    ? toAdoption({ ...market, entryOrderIds })
    : toOrder({ ...market, type, price, cost });
}

export function toAdoption(input: Record<string, unknown>): PositionSource {
  return { from: 'exchange', input: parseInput('positions.adopt', dropUndefined(input)) };
}

export function toOrder(input: Record<string, unknown>): PositionSource {
  const order = dropUndefined(input);
  const fieldsWithId = { requestId: toRequestId(order), ...order };
  return { from: 'order', input: parseInput('positions.open', fieldsWithId) };
}

/** The same for the same order, so that a run that does not know the end of an earlier one can't order twice. */
function toRequestId(order: Record<string, unknown>): string {
  const { account, symbol, side, type, amount, cost, riskAmount, price } = order;
  const text = JSON.stringify([account, symbol, side, type, amount, cost, riskAmount, price]);
  return `init-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

function parseAction(action: string | undefined): InitPlan['action'] {
  return action === 'close' || action === 'keep' ? action : undefined;
}

function dropUndefined(input: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function refuse(message: string): CliError {
  return new CliError('invalid-input', `Nothing was done. ${message}`);
}
