import type { FakeRequest } from './serve-fakes.ts';

/**
 * @returns the action that IAM checks for a request.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export function toIamAction({ method, url, headers, body }: FakeRequest): string {
  if (url.pathname.endsWith('/account-settings')) return 'lambda:GetAccountSettings';
  if (url.pathname.startsWith('/2015-03-31/functions/')) return 'lambda:InvokeFunction';
  const [target = '', action = ''] = String(headers['x-amz-target'] ?? '').split('.');
  if (action !== '') return `${toService(target)}:${action}`;
  const called = new URLSearchParams(body.toString()).get('Action');
  if (called === 'GetCallerIdentity') return 'sts:GetCallerIdentity';
  return called === null ? `s3:${toS3Action(method, url)}` : `cloudformation:${called}`;
}

function toService(target: string): string {
  if (target.startsWith('Logs_')) return 'logs';
  return target.startsWith('DynamoDB') ? 'dynamodb' : 'ssm';
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
function toS3Action(method: string, url: URL): string {
  const isObject = /^\/[^/]+\/./.test(url.pathname);
  if (isObject) return method === 'PUT' ? 'PutObject' : 'GetObject';
  const settings = {
    publicAccessBlock: 'PutBucketPublicAccessBlock',
    encryption: 'PutEncryptionConfiguration',
    policy: 'PutBucketPolicy',
  };
  const setting = Object.entries(settings).find(([name]) => url.searchParams.has(name));
  if (setting !== undefined) return setting[1];
  const actions: Record<string, string> = {
    PUT: 'CreateBucket',
    POST: 'DeleteObject',
    DELETE: 'DeleteBucket',
  };
  return actions[method] ?? 'ListBucket';
}
