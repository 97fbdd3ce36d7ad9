import { ParameterNotFound, SSMServiceException } from '@aws-sdk/client-ssm';
import { describeAwsFailure, quoteAwsError } from '../aws-error.ts';
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

/** @returns the Fault for what a call to Parameter Store threw. */
export function toAccountsFault(name: string, thrown: unknown): Fault {
  if (thrown instanceof ParameterNotFound) return accountNotFound(name);
  if (isDenial(thrown)) return accountsDenied(name, thrown);
  return new Fault('accounts-unreadable', describeAwsFailure('AWS Parameter Store', thrown), {
    hint: { text: 'Try again in a moment.' },
    cause: thrown,
  });
}

/** Whether the owner has to change something first. */
export function isDenial(thrown: unknown): thrown is SSMServiceException {
  return thrown instanceof SSMServiceException && denials.has(thrown.name) && !passing.test(thrown.message);
}

function accountsDenied(name: string, thrown: SSMServiceException): Fault {
  const subject = name === '' ? 'the accounts' : `the account "${name}"`;
  return new Fault(
    'accounts-denied',
    `AWS denied Ripcord access to ${subject} in Parameter Store: ${quoteAwsError(thrown)}. Nothing was changed.`,
    { hint: { text: toRemedy(thrown.name, thrown.message) } },
  );
}

function toRemedy(code: string, message: string): string {
  if (/pending deletion/i.test(message)) return "Cancel the KMS key's deletion, or store the account again.";
  if (code !== 'AccessDeniedException') return 'Enable the KMS key, or store the account again.';
  return /ssm:/.test(message)
    ? "Allow this action to the function's role, or deploy again."
    : "Allow the function's role to decrypt with this KMS key (kms:Decrypt), or deploy again.";
}
