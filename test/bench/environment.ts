import { adminAnswerSchema, type CommandInput, type CommandName } from '../../lib/admin/contract/commands.ts';
import type { BackendCommands } from './backends-process.ts';
import type { Build } from './builds.ts';
import { type Commanded, forkCommanded } from './child-commands.ts';
import { apiKey, secret } from './credentials.ts';
import { startFunction } from './function-process.ts';
import type { StandInCommands, StandIns } from './stand-ins-process.ts';

/** What the functions run against, in two other processes. */
export interface World {
  backends: Commanded<BackendCommands>;
  standIns: Commanded<StandInCommands>;
  addresses: StandIns & { exchangeItself: string; tableItself: string };
  stop(): Promise<void>;
}

export type Entry = 'filled' | 'resting';

/** A table with links that close one position each, and the environment of a trigger that reads it. */
export interface Stock {
  environment: Record<string, string>;
  tokens: string[];
}

export async function startWorld(): Promise<World> {
  const backends = await forkCommanded<BackendCommands>('./backends-process.ts');
  const standIns = await forkCommanded<StandInCommands>('./stand-ins-process.ts');
  const targets = await backends.ask('addresses');
  const addresses = {
    ...(await standIns.ask('start', targets)),
    exchangeItself: targets.exchange,
    tableItself: targets.table,
  };
  return {
    backends,
    standIns,
    addresses,
    async stop() {
      await standIns.stop();
      await backends.stop();
    },
  };
}

/** As on AWS: the SDK finds region, credentials and endpoints where Lambda puts them. */
export function toEnvironment({ addresses }: World, tableName: string): Record<string, string> {
  return {
    RIPCORD_TABLE: tableName,
    RIPCORD_ACCOUNTS: 'ssm:/bench/accounts',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: addresses.table,
    AWS_ENDPOINT_URL_SSM: addresses.parameters,
    // For all builds alike, the empty one included.
    NODE_EXTRA_CA_CERTS: addresses.caFile,
  };
}

let tables = 0;

/**
 * Makes links by the build's own admin function, in a table of their own: an older revision may store them in another
 * way, and adopting a position takes longer the more of them a table holds.
 *
 * @param entry whether the positions' entries are known to be filled, or were last seen resting.
 */
export async function stockTable(
  world: World,
  { admin }: Build,
  count: number,
  entry: Entry = 'filled',
): Promise<Stock> {
  if (admin === undefined) throw new Error('no admin function to make links with');
  tables += 1;
  const environment = toEnvironment(world, `ripcord-${tables}`);
  await world.backends.ask('createTable', `ripcord-${tables}`);
  const entries = await world.backends.ask('placeEntries', { count, filled: entry === 'filled' });
  const child = await startFunction({
    file: admin,
    environment: { ...environment, RIPCORD_BASE_URL: 'https://links.example.org' },
    timeoutMs: 60_000,
  });
  try {
    const tokens = await adoptAll(async (command, input) => {
      const { result } = await child.invoke({ command, ...input });
      return toResult(command, result);
    }, entries);
    return { environment, tokens };
  } finally {
    await child.stop();
    await world.standIns.ask('takePassages');
  }
}

/** Any admin function. */
export type Admin = <Name extends CommandName>(command: Name, input: CommandInput<Name>) => Promise<unknown>;

/** @returns what an admin function answered, and throws its error. */
export function toResult(command: string, text: unknown): unknown {
  const answer = adminAnswerSchema.parse(text);
  if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
  return answer.result;
}

const accountName = 'bench';

export function addAccount(admin: Admin, baseUrl: string): Promise<unknown> {
  return admin('accounts.add', {
    name: accountName,
    account: { exchange: 'binance', apiKey, secret, baseUrl },
  });
}

/** @returns tokens: each closes the position that one of these entry orders has made. */
export async function adoptAll(admin: Admin, entryOrderIds: string[]): Promise<string[]> {
  const tokens: string[] = [];
  for (const entryOrderId of entryOrderIds) {
    const adopted = (await admin('positions.adopt', {
      account: accountName,
      symbol: 'ETH/USDT',
      side: 'long',
      entryOrderIds: [entryOrderId],
    })) as { position: { positionId: string } };
    const { positionId } = adopted.position;
    const link = (await admin('links.create', { positionId, action: 'close' })) as { url: string };
    tokens.push(link.url.slice(link.url.lastIndexOf('/') + 1));
  }
  return tokens;
}
