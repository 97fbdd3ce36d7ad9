import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Context } from 'aws-lambda';
import { createAdmin } from '../../functions/admin.ts';
import { parseEnvironment } from '../../functions/environment.ts';
import { adminAnswerSchema, type CommandInput, type CommandName } from '../../lib/admin/contract/commands.ts';
import type { WorldAddresses, WorldCommands } from './environment-process.ts';

/** What the functions run against, in another process, and an admin function to fill it. */
export interface World extends WorldAddresses {
  ask<Name extends keyof WorldCommands>(
    command: Name,
    input?: Parameters<WorldCommands[Name]>[0],
  ): Promise<Awaited<ReturnType<WorldCommands[Name]>>>;
  /** What the trigger's environment has to be, to go through the proxies. */
  environment: Record<string, string>;
  /** Tokens of links that close a position each, whose entry is known to be filled or last seen resting. */
  makeLinks(count: number, entry: 'filled' | 'resting'): Promise<string[]>;
  stop(): Promise<void>;
}

/** Any admin function. */
export type Admin = <Name extends CommandName>(command: Name, input: CommandInput<Name>) => Promise<unknown>;

const accountName = 'bench';

export async function startWorld(): Promise<World> {
  const child = fork(new URL('./environment-process.ts', import.meta.url));
  await once(child, 'message');
  let last = 0;
  const waiting = new Map<number, (result: never) => void>();
  child.on('message', ({ id, result }: { id: number; result: never }) => waiting.get(id)?.(result));
  const ask: World['ask'] = (command, input) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      child.send({ id: last, command, input });
    });

  const addresses = await ask('addresses');
  setDefaultCACertificates([...getCACertificates(), await readFile(addresses.caFile, 'utf8')]);
  const handler = createAdmin(
    parseEnvironment({
      RIPCORD_TABLE: 'ripcord',
      RIPCORD_TABLE_ENDPOINT: addresses.tableProxyUrl,
      RIPCORD_ACCOUNTS: `file:${join(addresses.folder, 'accounts.json')}`,
      RIPCORD_BASE_URL: 'https://links.example.org',
    }),
    undefined,
    { event: () => undefined, metrics: () => undefined },
  );
  const admin: Admin = async (command, input) => {
    const answer = adminAnswerSchema.parse(await handler({ command, ...input }, {} as Context));
    if (!answer.ok) throw new Error(`${command}: ${answer.error.message}`);
    return answer.result;
  };
  await addAccount(admin, addresses.exchangeProxyUrl);
  return {
    ...addresses,
    ask,
    // As on AWS: the SDK finds region, credentials and endpoints where Lambda puts them.
    environment: {
      RIPCORD_TABLE: 'ripcord',
      RIPCORD_ACCOUNTS: 'ssm:/bench/accounts',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'bench',
      AWS_SECRET_ACCESS_KEY: 'bench',
      AWS_SESSION_TOKEN: 'bench',
      // For all builds alike, the empty one included.
      NODE_EXTRA_CA_CERTS: addresses.caFile,
      AWS_ENDPOINT_URL_DYNAMODB: addresses.tableProxyUrl,
      AWS_ENDPOINT_URL_SSM: addresses.parametersProxyUrl,
    },
    async makeLinks(count, entry) {
      const entries = await ask('placeEntries', { count, filled: entry === 'filled' });
      const links = await adoptAll(admin, entries);
      await ask('takePassages');
      return links;
    },
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

export function addAccount(admin: Admin, baseUrl: string): Promise<unknown> {
  return admin('accounts.add', {
    name: accountName,
    account: { exchange: 'binance', apiKey: 'key-of-bench', secret: 'secret-of-bench', baseUrl },
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
