import { setTimeout as wait } from 'node:timers/promises';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { callInTime, ssmClient } from '../aws-client.ts';
import { toFault } from '../fault.ts';
import { type Account, type AccountSummary, type Accounts, parseAccount, toSummary } from './account.ts';
import { toAccountsFault } from './ssm-failure.ts';

/** Parameter Store allows 40 reads a second per AWS account, so a warm function reads again only after this time. */
const cacheMs = 5 * 60_000;
/** How long a hit waits for Parameter Store if it has working keys already. It responds within tens of milliseconds. */
const staleWaitMs = 300;
/** After a failed refresh the known account is used for this long without asking again. */
const retryMs = 30_000;

/** A request without a response ends by then, if the process is not frozen meanwhile. */
const maxRequestMs = 2_000;

/** What is known of an account, and when it is to be read again; epoch milliseconds. */
interface Known {
  account: Account;
  refreshAt: number;
}

/**
 * Credentials on AWS: one SecureString per account, `<prefix>/<name>`.
 * @param kmsKey encrypts what is written; the AWS managed key if undefined.
 */
export function ssmAccounts(
  prefix: string,
  { now = Date.now, kmsKey }: { now?: () => number; kmsKey?: string | undefined } = {},
): Accounts {
  const client = ssmClient();
  const toPath = (name: string): string => `${prefix}/${name}`;
  const readParameter = async (name: string): Promise<unknown> => {
    const command = new GetParameterCommand({ Name: toPath(name), WithDecryption: true });
    const { Parameter } = await orFault(name, (options) => client.send(command, options));
    return parseJson(Parameter?.Value);
  };
  const { read, forget } = createCache(now, async (name) =>
    parseAccount(name, toPlace(toPath(name)), await readParameter(name)),
  );

  return {
    read: (name, { fresh = false } = {}) => read(name, fresh ? 'store' : 'cache'),
    readRaw: readParameter,
    list: () => listAccounts(client, prefix),
    async write(name, account) {
      const command = new PutParameterCommand({
        Name: toPath(name),
        Value: JSON.stringify(account),
        Type: 'SecureString',
        KeyId: kmsKey,
        Overwrite: true,
      });
      await orFault(name, (options) => client.send(command, options));
      forget(name);
    },
    async remove(name) {
      const command = new DeleteParameterCommand({ Name: toPath(name) });
      await orFault(name, (options) => client.send(command, options));
      forget(name);
    },
  };
}

interface Refresh {
  startedAt: number;
  account: Promise<Account>;
}

type LoadAccount = (name: string) => Promise<Account>;

/** The cache of a warm function. It stays in use while Parameter Store can't be read. */
function createCache(now: () => number, loadFromStore: LoadAccount) {
  const cache = new Map<string, Known>();
  const load: LoadAccount = async (name) => {
    // Not from its end: the process may be frozen until then.
    const startedAt = now();
    try {
      const account = await loadFromStore(name);
      cache.set(name, { account, refreshAt: startedAt + cacheMs });
      return account;
    } catch (thrown) {
      const known = cache.get(name);
      if (known !== undefined && isPassing(thrown)) known.refreshAt = startedAt + retryMs;
      else cache.delete(name);
      throw thrown;
    }
  };

  const refresh = shareLoads(now, load);
  return {
    async read(name: string, from: 'cache' | 'store'): Promise<Account> {
      const known = cache.get(name);
      if (from === 'store' || known === undefined) return load(name);
      if (now() < known.refreshAt) return known.account;
      const refreshed = refresh(name).catch((thrown) => {
        if (isPassing(thrown)) return known.account;
        throw thrown;
      });
      return Promise.race([refreshed, wait(staleWaitMs, known.account, { ref: false })]);
    },
    forget: (name: string) => cache.delete(name),
  };
}

/** Concurrent hits share one refresh, but none that a freeze interrupted. */
function shareLoads(now: () => number, load: LoadAccount): LoadAccount {
  const refreshes = new Map<string, Refresh>();
  return (name) => {
    const running = refreshes.get(name);
    if (running !== undefined && now() - running.startedAt <= maxRequestMs) return running.account;
    const started: Refresh = { startedAt: now(), account: load(name) };
    refreshes.set(name, started);
    const forget = () => {
      if (refreshes.get(name) === started) refreshes.delete(name);
    };
    started.account.then(forget, forget);
    return started.account;
  };
}

async function listAccounts(client: SSMClient, prefix: string): Promise<AccountSummary[]> {
  const found: AccountSummary[] = [];
  let NextToken: string | undefined;
  do {
    const command = new GetParametersByPathCommand({ Path: prefix, WithDecryption: true, NextToken });
    const answer = await orFault('', (options) => client.send(command, options));
    for (const { Name = '', Value } of answer.Parameters ?? []) {
      const name = Name.slice(prefix.length + 1);
      found.push(toSummary(name, toPlace(Name), parseJson(Value)));
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function orFault<Answer>(
  name: string,
  send: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await callInTime(send);
  } catch (thrown) {
    throw toAccountsFault(name, thrown);
  }
}

/** Whether the cached account is used instead. Not after a denial: the owner may have revoked access on purpose. */
function isPassing(thrown: unknown): boolean {
  return toFault(thrown).code === 'accounts-unreadable';
}

function toPlace(path: string): string {
  return `The parameter ${path}`;
}

/** @returns undefined for anything else: the parser's message may quote the secret. */
function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
