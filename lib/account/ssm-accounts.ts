import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  ParameterNotFound,
  PutParameterCommand,
} from '@aws-sdk/client-ssm';
import { ssmClient, untilDeadline } from '../aws-client.ts';
import { Fault } from '../fault.ts';
import { type Account, type Accounts, accountSchema } from './account.ts';
import { unknownAccount } from './file-accounts.ts';

/** SSM answers 40 reads a second for a whole account of AWS: a warm function asks again only after this long. */
const cacheMs = 5 * 60_000;

/** Credentials on AWS: one SecureString for each account, `<prefix>/<name>`. */
export function ssmAccounts(prefix: string, now: () => number = Date.now): Accounts {
  const client = ssmClient();
  const cache = new Map<string, { account: Account; readAt: number }>();
  const pathOf = (name: string): string => `${prefix}/${name}`;

  const ask = async <Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> => {
    try {
      return await call();
    } catch (thrown) {
      if (thrown instanceof ParameterNotFound) throw unknownAccount(name);
      throw new Fault('accounts-unreadable', 'The stored accounts gave no answer. Try again in a moment.', {
        cause: thrown,
      });
    }
  };

  const parse = (name: string, value: string | undefined): Account => {
    try {
      return accountSchema.parse(JSON.parse(value ?? ''));
    } catch {
      // No cause: the parser's message may quote the secret.
      throw new Fault(
        'accounts-unreadable',
        `The parameter ${pathOf(name)} does not hold an account. Store it again with: ripcord accounts add ${name} --exchange binance --replace`,
      );
    }
  };

  return {
    async read(name, { fresh = false } = {}) {
      const known = cache.get(name);
      if (!fresh && known !== undefined && now() - known.readAt < cacheMs) return known.account;
      const answer = await ask(name, () =>
        client.send(new GetParameterCommand({ Name: pathOf(name), WithDecryption: true }), untilDeadline()),
      );
      const account = parse(name, answer.Parameter?.Value);
      cache.set(name, { account, readAt: now() });
      return account;
    },
    async list() {
      const found: { name: string; exchange: string }[] = [];
      let from: string | undefined;
      do {
        const answer = await ask('', () =>
          client.send(
            new GetParametersByPathCommand({ Path: prefix, WithDecryption: true, NextToken: from }),
            untilDeadline(),
          ),
        );
        for (const { Name = '', Value } of answer.Parameters ?? []) {
          const name = Name.slice(prefix.length + 1);
          found.push({ name, exchange: parse(name, Value).exchange });
        }
        from = answer.NextToken;
      } while (from !== undefined);
      return found;
    },
    async write(name, account) {
      await ask(name, () =>
        client.send(
          new PutParameterCommand({
            Name: pathOf(name),
            Value: JSON.stringify(account),
            Type: 'SecureString',
            Overwrite: true,
          }),
          untilDeadline(),
        ),
      );
      cache.delete(name);
    },
    async remove(name) {
      await ask(name, () => client.send(new DeleteParameterCommand({ Name: pathOf(name) }), untilDeadline()));
      cache.delete(name);
    },
  };
}
