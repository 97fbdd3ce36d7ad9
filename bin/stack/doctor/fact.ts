import { CliError } from '../../cli-error.ts';
import { describeAwsFailure } from '../aws-failure.ts';

/**
 * Why something could not be read. `unsupported`: this AWS, which may be an emulator, does not have the operation.
 * `unauthenticated`: no request can work.
 */
export interface Unread {
  kind: 'silent' | 'refused' | 'unsupported' | 'unauthenticated';
  /** As a sentence. */
  why: string;
}

/** What was read, or why it was not. */
export type Fact<Value> = { value: Value } | { unread: Unread };

/** What services respond that don't have an operation. Some emulators respond with a page. */
const unsupported =
  /^NotFound:|InvalidAction|UnknownOperation|not (been |yet )?implemented|parse error|is not valid JSON/i;

/** The names of the errors about credentials, and a missing region. */
const unauthenticated =
  /^(CredentialsProviderError|TokenProviderError|ExpiredToken|UnrecognizedClientException|InvalidClientTokenId)|Region is missing/;

/**
 * Reads one fact. It never throws and ends by its deadline, so that a service that does not respond delays no other fact.
 * @param read has to end its requests when the signal aborts: open ones keep the process running.
 */
export async function readFact<Value>(
  deadlineMs: number,
  read: (signal: AbortSignal) => Promise<Value>,
): Promise<Fact<Value>> {
  const { promise: late, resolve } = Promise.withResolvers<Fact<Value>>();
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
    resolve({ unread: { kind: 'silent', why: `There was no response within ${deadlineMs / 1_000} s.` } });
  }, deadlineMs);
  const done = read(controller.signal).then(
    (value) => ({ value }),
    (thrown: unknown) => ({ unread: toUnread(thrown) }),
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

function toUnread(thrown: unknown): Unread {
  const why = thrown instanceof CliError ? thrown.message : describeAwsFailure(thrown);
  const sentence = /[.!?]$/.test(why) ? why : `${why}.`;
  if (unauthenticated.test(why)) return { kind: 'unauthenticated', why: sentence };
  return { kind: unsupported.test(why) ? 'unsupported' : 'refused', why: sentence };
}
