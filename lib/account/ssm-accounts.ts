import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { ssmClient, untilDeadline } from '../aws-client.ts';
import { Fault } from '../fault.ts';
import {
  type Account,
  type AccountSummary,
  type Accounts,
  accountNotFound,
  accountSchema,
} from './account.ts';

/** Parameter Store allows 40 reads a second per AWS account, so a warm function reads again only after this time. */
const cacheMs = 5 * 60_000;

/** Credentials on AWS: one SecureString per account, `<prefix>/<name>`. */
export function ssmAccounts(prefix: string, now: () => number = Date.now): Accounts {
  const client = ssmClient();
  const cache = new Map<string, { account: Account; readAt: number }>();
  const toPath = (name: string): string => `${prefix}/${name}`;

  return {
    async read(name, { fresh = false } = {}) {
      const known = cache.get(name);
      if (!fresh && known !== undefined && now() - known.readAt < cacheMs) return known.account;
      const command = new GetParameterCommand({ Name: toPath(name), WithDecryption: true });
      const { Parameter } = await orFault(name, () => client.send(command, untilDeadline()));
      const account = parseAccount(name, toPath(name), Parameter?.Value);
      cache.set(name, { account, readAt: now() });
      return account;
    },
    list: () => listAccounts(client, prefix),
    async write(name, account) {
      const command = new PutParameterCommand({
        Name: toPath(name),
        Value: JSON.stringify(account),
        Type: 'SecureString',
        Overwrite: true,
      });
      await orFault(name, () => client.send(command, untilDeadline()));
      cache.delete(name);
    },
    async remove(name) {
      const command = new DeleteParameterCommand({ Name: toPath(name) });
      await orFault(name, () => client.send(command, untilDeadline()));
      cache.delete(name);
    },
  };
}

async function listAccounts(client: SSMClient, prefix: string): Promise<AccountSummary[]> {
  const found: AccountSummary[] = [];
  let NextToken: string | undefined;
  do {
    const command = new GetParametersByPathCommand({ Path: prefix, WithDecryption: true, NextToken });
    const answer = await orFault('', () => client.send(command, untilDeadline()));
    for (const { Name = '', Value } of answer.Parameters ?? []) {
      const name = Name.slice(prefix.length + 1);
      found.push({ name, exchange: parseAccount(name, Name, Value).exchange });
    }
    NextToken = answer.NextToken;
  } while (NextToken !== undefined);
  return found;
}

async function orFault<Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof ParameterNotFound) throw accountNotFound(name);
    throw new Fault('accounts-unreadable', 'AWS Parameter Store did not respond.', {
      hint: { text: 'Try again in a moment.' },
      cause: thrown,
    });
  }
}

function parseAccount(name: string, path: string, value: string | undefined): Account {
  try {
    return accountSchema.parse(JSON.parse(value ?? ''));
  } catch {
    // Without a cause: the parser's message may quote the secret.
    throw new Fault('accounts-unreadable', `The parameter ${path} does not hold an account.`, {
      hint: {
        text: 'Store it again, for example:',
        command: `accounts add ${name} --exchange binance --replace`,
      },
    });
  }
}
