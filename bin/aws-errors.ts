import { CliError } from './cli-error.ts';
import { commandName } from './command-hint.ts';
import { findLocalHint } from './local-hint.ts';
import type { Destination } from './options.ts';

interface CallFailure {
  name: string;
  /** The socket's, such as ECONNREFUSED. */
  code: string | undefined;
}

function toCallFailure(thrown: unknown): CallFailure {
  if (!(thrown instanceof Error)) return { name: 'unknown error', code: undefined };
  // A host with several addresses, each of which failed.
  const inner = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : undefined;
  return { name: thrown.name, code };
}

const notConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
const interrupted = new Set(['TimeoutError', 'ETIMEDOUT', 'ECONNRESET', 'EPIPE']);

const noCredentials =
  'No usable AWS credentials. Run "aws configure" or "aws sso login", or select a profile with --profile.';
const expired = 'The AWS credentials have expired. Sign in again, for example with "aws sso login".';
const notAccepted = 'AWS did not accept the credentials. Check --profile and its keys.';
const throttled = 'AWS throttled the request. Nothing was done; try again in a moment.';

function accessDenied(functionName: string): string {
  return `These AWS credentials are not allowed to invoke ${functionName}. They need lambda:InvokeFunction on it.`;
}

/** Errors of a machine that has no deployment set up: its user may have meant the local stack. */
const maybeMeantLocal = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ResourceNotFoundException',
]);

/** By the name of the SDK's error. None of them reached the function, so nothing was done. */
const sentences: Record<string, string | ((functionName: string) => string)> = {
  CredentialsProviderError: noCredentials,
  TokenProviderError: noCredentials,
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  UnrecognizedClientException: notAccepted,
  InvalidClientTokenId: notAccepted,
  InvalidSignatureException: notAccepted,
  AccessDenied: accessDenied,
  AccessDeniedException: accessDenied,
  ResourceNotFoundException: (functionName) =>
    `There is no function ${functionName} in this region and account. Check --region, --profile and --prefix.`,
  TooManyRequestsException: throttled,
  ThrottlingException: throttled,
  EC2ThrottledException: throttled,
};

function describeFailure({ name, code }: CallFailure, destination: Destination, listHint: string): string {
  const isLocal = destination.kind === 'local';
  const target = isLocal ? destination.url : 'AWS';
  const unknownOutcome = `The command may have been carried out: check with "${listHint}" before you repeat it.`;
  if (code !== undefined && notConnected.has(code))
    return isLocal
      ? `There is no response from ${target}. Start the local stack with ${commandName} start.`
      : 'AWS is not reachable from this machine. Check the network and --region.';
  if (interrupted.has(name) || interrupted.has(code ?? ''))
    return `The connection to ${target} ended before the response. ${unknownOutcome}`;
  if (isLocal)
    return `${target} does not respond like the local stack (${name}). Check that the address is right.`;
  const sentence = Object.hasOwn(sentences, name) ? sentences[name] : undefined;
  if (sentence === undefined) return `AWS returned ${name}. ${unknownOutcome}`;
  return typeof sentence === 'string' ? sentence : sentence(destination.functionName);
}

/** The SDK finds a region in the environment and in the profile. */
export async function noRegion(cause: unknown): Promise<CliError> {
  return new CliError(
    'unreachable',
    `No AWS region is set. ${await findLocalHint()} For AWS, set --region, AWS_REGION or a region in the profile.`,
    { cause },
  );
}

/**
 * @param listHint the command that shows what was done.
 * @returns what a failed call means and what to do next.
 */
export async function toUnreachable(
  thrown: unknown,
  destination: Destination,
  listHint: string,
): Promise<CliError> {
  if (thrown instanceof CliError) return thrown;
  const failure = toCallFailure(thrown);
  const localHint =
    destination.kind === 'aws' && maybeMeantLocal.has(failure.name) ? ` ${await findLocalHint()}` : '';
  const sentence = `${describeFailure(failure, destination, listHint)}${localHint}`;
  return new CliError('unreachable', sentence, { cause: thrown });
}
