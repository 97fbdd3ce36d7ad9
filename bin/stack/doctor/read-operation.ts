import { probeAddress } from '../../../lib/sweep/probe-address.ts';
import { type AdminClient, createAdminClient } from '../../admin-client.ts';
import { CliError } from '../../cli-error.ts';
import type { SharedArguments } from '../../options.ts';
import { type Fact, readFact } from './fact.ts';
import type { CheckedAccount, OperationFacts } from './facts.ts';

/** The admin function may start cold, and asks an exchange. It ends by itself after 29 s. */
const commandMs = 30_000;
const addressMs = 5_000;

/** @param baseUrl what links start with; it resolves to undefined if there is no stack. Each read ends by its deadline. */
export async function readOperation(
  target: SharedArguments,
  baseUrl: Promise<string | undefined>,
): Promise<OperationFacts> {
  const ask = <Value>(read: (admin: AdminClient) => Promise<Value>) =>
    readFact(commandMs, (signal) => read(createAdminClient(target, signal)).catch(withoutDoubt));
  const [changes, channels, accounts, address] = await Promise.all([
    ask((admin) => admin.call('changes.list', { since: new Date().toISOString() })),
    ask(async (admin) => (await admin.call('notify.list', {})).channels),
    readAccounts(ask),
    baseUrl.then(readAddress),
  ]);
  return { changes, channels, accounts, address };
}

/** A read that failed changed nothing, unlike other commands. */
function withoutDoubt(thrown: unknown): never {
  if (!(thrown instanceof CliError) || thrown.code !== 'function-failed') throw thrown;
  throw new CliError('function-failed', 'The admin function failed before it could answer.', {
    cause: thrown,
  });
}

type Ask = <Value>(read: (admin: AdminClient) => Promise<Value>) => Promise<Fact<Value>>;

/** Accounts do not wait for one another: one exchange may be down. */
async function readAccounts(ask: Ask): Promise<Fact<CheckedAccount[]>> {
  const listed = await ask(async (admin) => (await admin.call('accounts.list', {})).accounts);
  if ('unread' in listed) return listed;
  // Ripcord trades with no account that is for `venues verify`.
  const used = listed.value.filter(({ testOnly }) => testOnly === undefined);
  const value = await Promise.all(
    used.map(async ({ name, problem }) => ({
      name,
      problem,
      check: problem === undefined ? await ask((admin) => admin.call('accounts.check', { name })) : undefined,
    })),
  );
  return { value };
}

async function readAddress(baseUrl: string | undefined): Promise<OperationFacts['address']> {
  if (baseUrl === undefined) return undefined;
  return readFact(addressMs, async () => (await probeAddress(baseUrl))?.why);
}
