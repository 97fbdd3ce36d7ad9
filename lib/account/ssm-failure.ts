import { ParameterNotFound, SSMServiceException } from '@aws-sdk/client-ssm';
import { Fault } from '../fault.ts';
import { accountNotFound } from './account.ts';

/**
 * What Parameter Store returns if Ripcord may not read a parameter, or if KMS does not decrypt it. A key that is disabled,
 * deleted or not found is an InvalidKeyId, whose message ends with KMS's own error code: `… is disabled. (Service: AWSKMS;
 * Status Code: 400; Error Code: DisabledException; …)`. The last four names are KMS's own.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
 */
const denials = new Set([
  'AccessDeniedException',
  'InvalidKeyId',
  'DisabledException',
  'KMSInvalidStateException',
  'KeyUnavailableException',
  'NotFoundException',
]);

/** KMS's errors that pass by themselves. Parameter Store may pass them on inside one of its own. */
const passing =
  /Error Code: (ThrottlingException|LimitExceededException|KMSInternalException|DependencyTimeoutException)/;

/** The part of a message that names KMS's response for AWS, not for the owner. */
const serviceNote = / *\(Service: [^)]*\)/;
const maxQuoteLength = 400;

/** @returns the Fault for what a call to Parameter Store threw. */
export function toAccountsFault(name: string, thrown: unknown): Fault {
  if (thrown instanceof ParameterNotFound) return accountNotFound(name);
  if (thrown instanceof SSMServiceException && denials.has(thrown.name) && !passing.test(thrown.message))
    return accountsDenied(name, thrown);
  return new Fault('accounts-unreadable', 'AWS Parameter Store did not respond.', {
    hint: { text: 'Try again in a moment.' },
    cause: thrown,
  });
}

function accountsDenied(name: string, { name: code, message }: SSMServiceException): Fault {
  const subject = name === '' ? 'the accounts' : `the account "${name}"`;
  const quote = message.replace(serviceNote, '').trim().slice(0, maxQuoteLength);
  return new Fault(
    'accounts-denied',
    `AWS denied Ripcord access to ${subject} in Parameter Store: ${quote} (${code}) Nothing was changed.`,
    { hint: { text: toRemedy(code, message) } },
  );
}

function toRemedy(code: string, message: string): string {
  if (/pending deletion/i.test(message)) return "Cancel the KMS key's deletion, or store the account again.";
  if (code !== 'AccessDeniedException') return 'Enable the KMS key, or store the account again.';
  return /ssm:/.test(message)
    ? "Allow this action to the function's role, or deploy again."
    : "Allow the function's role to decrypt with this KMS key (kms:Decrypt), or deploy again.";
}
