import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../fault.ts';
import { createFileChanger } from '../replace-file.ts';
import { type Accounts, accountNameSchema, accountNotFound, parseAccount, toSummary } from './account.ts';

/** Each account is parsed when it is read: a wrong one does not stop the others. */
const fileSchema = z.record(accountNameSchema, z.unknown());
type AccountsFile = z.infer<typeof fileSchema>;

/** Credentials on this machine: one JSON file that only its owner can read, a map from name to account. */
export function fileAccounts(path: string): Accounts {
  const change = createFileChanger(path, () => readAccountsFile(path));
  const toPlace = (name: string) => `The entry "${name}" of ${path}`;
  const find = async (name: string): Promise<unknown> => {
    const stored = findEntry(await readAccountsFile(path), name);
    if (stored === undefined) throw accountNotFound(name);
    return stored;
  };

  return {
    read: async (name) => parseAccount(name, toPlace(name), await find(name)),
    readRaw: find,
    async list() {
      const entries = Object.entries(await readAccountsFile(path));
      return entries.map(([name, stored]) => toSummary(name, toPlace(name), stored));
    },
    write: (name, account) => change((file) => ({ ...file, [name]: account })),
    remove: (name) =>
      change((file) => {
        if (findEntry(file, name) === undefined) throw accountNotFound(name);
        return Object.fromEntries(Object.entries(file).filter(([each]) => each !== name));
      }),
  };
}

/** Only own properties count: every object has a `constructor`, and an account may have that name. */
function findEntry(file: AccountsFile, name: string): unknown {
  return Object.hasOwn(file, name) ? file[name] : undefined;
}

async function readAccountsFile(path: string): Promise<AccountsFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadable(path, 'the file could not be read', { cause: thrown });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (thrown) {
    // The parser's message may quote a secret, so it stays in the cause.
    throw unreadable(path, 'it is not JSON', { cause: thrown });
  }
  const parsed = fileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw unreadable(path, `it does not hold accounts (${issues[0]})`, { issues });
}

function unreadable(path: string, why: string, options: { cause?: unknown; issues?: string[] }): Fault {
  return new Fault(
    'accounts-unreadable',
    `The accounts in ${path} can't be used: ${why}. Nothing was changed.`,
    {
      ...options,
      hint: {
        text: 'Fix the file or move it away. Expected a JSON map from account name to {"exchange","apiKey","secret"}.',
      },
    },
  );
}
