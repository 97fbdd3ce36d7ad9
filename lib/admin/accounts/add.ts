import { type Account, requiresPassword, toAccount } from '../../account/account.ts';
import { isTestAccount, readAnyAccount } from '../../account/test-account.ts';
import { isTestOnly } from '../../account/test-only.ts';
import { findTroubleCause } from '../../exchange/ccxt/trouble-cause.ts';
import type { Exchange, Permissions } from '../../exchange/exchange.ts';
import { exchangeName } from '../../exchange/exchange-name.ts';
import type { TroubleCause } from '../../exchange/trouble-cause.ts';
import { Fault, toFault } from '../../fault.ts';
import { toSentence } from '../../position/wording.ts';
import type { AdminServices } from '../admin-services.ts';
import type { CommandInput, CommandResult } from '../contract/commands.ts';
import { addTestAccount } from './add-test.ts';
import { recordSale, toGenericWarnings } from './describe-generic.ts';
import { forgetExpiry } from './forget-expiry.ts';
import { judgeKey } from './judge-key.ts';
import { requireExchange } from './require-exchange.ts';

type Services = Pick<AdminServices, 'accounts' | 'connect' | 'services'>;
type Input = CommandInput<'accounts.add'>;

/**
 * Throws `conflict` if the name is stored with another key or exchange, unless `replace` is set; `key-refused`,
 * `exchange-refused` and `exchange-unreachable` if the key fails its check.
 */
export async function addAccount(services: Services, input: Input): Promise<CommandResult<'accounts.add'>> {
  const { name, replace = false } = input;
  const { stored, lost } = await findStored(services, input);
  const { exchange: given } = input.account;
  if (isTestOnly(given)) return addTestAccount(services, input, { exchange: given, stored });
  if (stored !== undefined && isTestAccount(stored)) throw keepsTestAccount(name, stored.exchange);
  const known = stored;
  // A mistyped name must not replace the keys that another account's open positions need.
  if (known !== undefined && !replace) refuseOther(known, input);
  const exchange = requireExchange(name, input.account);
  const account = toAccount(keptFields(known, { exchange }), { ...input.account, exchange });
  requirePassword(input, account);
  const { accountId, warnings } =
    input.unchecked === true
      ? { accountId: undefined, warnings: ['The key was not checked.'] }
      : await checkKey(services, input, { account, known });
  await services.accounts.write(name, { ...account, ...(accountId === undefined ? {} : { accountId }) });
  if (known?.apiKey !== account.apiKey) await forgetExpiry(services.services, name);
  const { generic } = account;
  return { account: { name, exchange, ...(generic && { generic }) }, warnings: [...lost, ...warnings] };
}

/**
 * What a new key does not name stays: without its address, the key of a test account would go to the live exchange. A key
 * of another exchange keeps only fixed addresses: the other fields would send it to the host of the earlier exchange.
 */
function keptFields(known: Account | undefined, { exchange }: Pick<Account, 'exchange'>): Partial<Account> {
  if (known === undefined) return {};
  if (known.exchange !== exchange) return known.egress === undefined ? {} : { egress: known.egress };
  const { apiKey: _, secret: _secret, password: _password, uid: _uid, accountId: _id, ...others } = known;
  return others;
}

function requirePassword({ name }: Input, { exchange, password }: Account): void {
  if (!requiresPassword(exchange) || password !== undefined) return;
  const exchangeText = exchangeName(exchange);
  throw new Fault(
    'invalid-input',
    `${exchangeText} requires the passphrase of the API key. Nothing was stored.`,
    {
      hint: {
        text: `Pass the passphrase that you chose when you created the key, as "password":`,
        command: `accounts add ${name} --exchange ${exchange}`,
      },
    },
  );
}

async function findStored({ accounts }: Services, { name, replace }: Input) {
  try {
    return { stored: await readAnyAccount(accounts, name), lost: [] };
  } catch (thrown) {
    const { code } = toFault(thrown);
    if (code === 'account-not-found') return { stored: undefined, lost: [] };
    // Storing the account again is what repairs it.
    if (replace !== true || (code !== 'account-invalid' && code !== 'accounts-denied')) throw thrown;
    return {
      stored: undefined,
      lost: ['The stored account could not be read, so none of its fields were kept.'],
    };
  }
}

function keepsTestAccount(name: string, exchange: string): Fault {
  return new Fault(
    'conflict',
    `Account "${name}" is stored for ${exchange}, and only "ripcord venues verify" uses it. Nothing was changed.`,
    { hint: { text: 'Use another name, or remove it first:', command: `accounts remove ${name}` } },
  );
}

function refuseOther(known: Account, { name, account }: Input): void {
  if (known.exchange === account.exchange && known.apiKey === account.apiKey) return;
  const difference = known.exchange === account.exchange ? 'with a different key' : `for ${known.exchange}`;
  throw new Fault('conflict', `The account "${name}" is already stored ${difference}. Nothing was changed.`, {
    hint: {
      text: 'Replace it:',
      command: `accounts add ${name} --exchange ${account.exchange} --replace`,
    },
  });
}

async function checkKey(
  services: Services,
  input: Input,
  { account, known }: { account: Account; known: Account | undefined },
): Promise<{ accountId: string | undefined; warnings: string[] }> {
  const { exchange, apiKey } = account;
  const flags = `${account.generic ? ' --generic' : ''}${input.replace ? ' --replace' : ''}`;
  const command = `accounts add ${input.name} --exchange ${exchange}${flags}`;
  const { reported, sale } = await readKey(services, account).catch((thrown: unknown) => {
    throw notStored(toFault(thrown), command);
  });
  // The same key with another secret can't be one of another account.
  const replaced = known?.apiKey === apiKey ? undefined : known;
  const before = replaced && {
    exchange: replaced.exchange,
    accountId: replaced.accountId ?? (await readAccountId(services, replaced)),
  };
  const warnings = judgeKey({ exchange, reported, before, now: services.services.now() }, input, command);
  return {
    accountId: 'unproven' in reported ? undefined : reported.accountId,
    warnings: [...toGenericWarnings(account, sale), ...warnings],
  };
}

async function readKey({ connect }: Services, account: Account) {
  const exchange = await connect(account);
  const sale = await recordSale(exchange);
  return { sale, reported: await readPermissions(exchange) };
}

function readPermissions(exchange: Exchange): Promise<Permissions | { unproven: string }> {
  return exchange.fetchPermissions().catch((thrown: unknown) => {
    const { code, detail } = toFault(thrown);
    if (code !== 'key-unproven') throw thrown;
    return { unproven: detail };
  });
}

/** The replaced key may be dead already. */
async function readAccountId({ connect }: Services, known: Account): Promise<string | undefined> {
  try {
    return (await (await connect(known)).fetchPermissions()).accountId;
  } catch {
    return undefined;
  }
}

const keyTroubles = new Set<TroubleCause | undefined>(['key', 'address', 'key-or-address', 'permission']);
const checkKeyHint = {
  text: 'Check that key and secret belong together, and that the key is allowed from this address.',
};

function notStored(fault: Fault, command: string): Fault {
  const { code, detail, hint } = fault;
  const sentence = toSentence(detail.replace(' Nothing was sent.', ''));
  if (code === 'exchange-unreachable')
    return new Fault(code, `The key could not be checked: ${sentence} Nothing was stored.`, {
      hint: { text: 'Try again, or store it without a check:', command: `${command} --unchecked` },
    });
  if (code === 'account-invalid') return new Fault(code, `${sentence} Nothing was stored.`, { hint });
  if (code !== 'exchange-refused') return fault;
  // Any other error has the exchange's own words, such as those about the kind of the account.
  const isOfKey = keyTroubles.has(findTroubleCause(fault));
  return new Fault(code, `${sentence} Nothing was stored.`, {
    hint: hint ?? (isOfKey ? checkKeyHint : undefined),
  });
}
