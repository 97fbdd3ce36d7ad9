import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Fault } from '../fault.ts';
import { type Account, type Accounts, accountNameSchema, accountSchema } from './account.ts';

const fileSchema = z.record(accountNameSchema, accountSchema);
type File = z.infer<typeof fileSchema>;

/** Every object has a `constructor`, and an account may be called so. */
function find(file: File, name: string): Account | undefined {
  return Object.hasOwn(file, name) ? file[name] : undefined;
}

/** Credentials on this machine: one JSON file, readable by its owner only, a map from name to account. */
export function fileAccounts(path: string): Accounts {
  /** Writes follow one another, so that none is lost. */
  let last: Promise<unknown> = Promise.resolve();

  const load = async (): Promise<File> => {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw unreadable(path, 'it can not be read', thrown);
    }
    let content: unknown;
    try {
      content = JSON.parse(text);
    } catch (thrown) {
      // The parser's own message may quote what it read, and that may be a secret.
      throw unreadable(path, 'it is not JSON', thrown);
    }
    const parsed = fileSchema.safeParse(content);
    if (!parsed.success)
      throw unreadable(
        path,
        'it does not hold accounts',
        undefined,
        parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
      );
    return parsed.data;
  };

  const change = (edit: (file: File) => void): Promise<void> => {
    const next = last.then(async () => {
      const file = await load();
      edit(file);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${process.pid}.new`;
      const handle = await open(draft, 'w', 0o600);
      try {
        await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await chmod(draft, 0o600);
      await rename(draft, path);
    });
    last = next.catch(() => undefined);
    return next;
  };

  return {
    async read(name) {
      const account = find(await load(), name);
      if (account === undefined) throw unknownAccount(name);
      return account;
    },
    async list() {
      return Object.entries(await load()).map(([name, { exchange }]) => ({ name, exchange }));
    },
    write: (name, account) =>
      change((file) => {
        file[name] = account;
      }),
    remove: (name) =>
      change((file) => {
        if (find(file, name) === undefined) throw unknownAccount(name);
        delete file[name];
      }),
  };
}

export function unknownAccount(name: string): Fault {
  return new Fault(
    'account-not-found',
    `There is no account "${name}". Add it with: ripcord accounts add ${name} --exchange binance`,
  );
}

function unreadable(path: string, why: string, cause?: unknown, issues: string[] = []): Fault {
  return new Fault(
    'accounts-unreadable',
    `The accounts in ${path} can not be used: ${why}. Expected a JSON map from account name to ` +
      `{"exchange","apiKey","secret"}. Mend the file or move it away; nothing was changed.`,
    { cause, issues },
  );
}
