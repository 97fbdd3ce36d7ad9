import { CliError } from './cli-error.ts';
import { localFunctionName, type Place } from './options.ts';

interface Failure {
  name: string;
  message: string;
  /** Of the socket: ECONNREFUSED, ECONNRESET … */
  code: string | undefined;
}

function failureOf(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { name: 'unknown', message: '', code: undefined };
  // Several addresses of one host, refused each.
  const inner = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : undefined;
  return { name: thrown.name, message: thrown.message, code };
}

function wordsOf({ name, message, code }: Failure, place: Place, look: string): string {
  const unknownOutcome = `Whether it was done is not known: look with "${look}" before you repeat it.`;
  const local = place.kind === 'local';
  const functionName = local ? localFunctionName : (place.functionName ?? 'the admin function');
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return local
      ? `Nothing answers at ${place.url}: start the local stack with npm start`
      : 'AWS cannot be reached from here: check the network and --region.';
  if (name === 'TimeoutError' || code === 'ETIMEDOUT' || code === 'ECONNRESET' || code === 'EPIPE')
    return `${local ? place.url : 'AWS'} broke off before it answered. ${unknownOutcome}`;
  if (local) return `${place.url} doesn't answer as the local stack does (${name}): is it something else?`;
  if (/region is missing/i.test(message))
    return 'No AWS region: give --region, or set AWS_REGION, or a region in your AWS profile.';
  if (/^(CredentialsProviderError|TokenProviderError)$/.test(name))
    return (
      'No usable AWS credentials: run "aws configure" or "aws sso login", or name a profile with --profile. ' +
      'For the local stack add --local.'
    );
  if (/Expired/.test(name)) return 'The AWS credentials have expired: sign in again ("aws sso login").';
  if (/^(UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException)$/.test(name))
    return 'AWS does not accept these credentials: check --profile and the keys in it.';
  if (/^(AccessDenied|AccessDeniedException)$/.test(name))
    return (
      `These AWS credentials may not use ${functionName}: they need lambda:InvokeFunction on it, and ` +
      'cloudformation:DescribeStacks unless --function is given.'
    );
  if (name === 'ResourceNotFoundException')
    return `There is no function ${functionName} in this region and account: check --region, --profile and --function.`;
  if (name === 'ValidationError' && /does not exist/.test(message))
    return (
      `There is no stack ${place.stack} in this region and account: deploy it first, or check --region, ` +
      '--profile and --stack. For the local stack add --local.'
    );
  if (/TooManyRequests|Throttl/.test(name)) return 'AWS is throttling: nothing was done, try again shortly.';
  return `AWS answered with ${name}. ${unknownOutcome}`;
}

/**
 * @param look the command that shows what was done.
 * @returns what a failed call means and what to do, in words.
 */
export function asUnreachable(thrown: unknown, place: Place, look: string): CliError {
  return thrown instanceof CliError
    ? thrown
    : new CliError('unreachable', wordsOf(failureOf(thrown), place, look), { cause: thrown });
}
