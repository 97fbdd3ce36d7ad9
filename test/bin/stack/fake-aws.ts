import { z } from 'zod';
import type { Run } from '../run-ripcord.ts';
import { runRipcord } from '../run-ripcord.ts';
import { FakeCloudFormation } from './fake-cloud-formation.ts';
import { FakeParameters } from './fake-parameters.ts';
import { FakeS3 } from './fake-s3.ts';
import type { FakeStack } from './fake-stack.ts';
import { FakeRefusal, FakeTables } from './fake-tables.ts';
import { type FakeRequest, type FakeResponse, serveFakes } from './serve-fakes.ts';

const inputSchema = z.record(z.string(), z.unknown());
const payloadSchema = z.looseObject({ command: z.string() });
export type Payload = z.infer<typeof payloadSchema>;

export const table = 'Ripcord-Table710B521B-1AB2CD3EF4G5';

const template = JSON.stringify({
  Parameters: { notifyEmail: {}, table: { Default: 'none' }, linksHalted: { Default: 'false' } },
  Resources: { Function: { Type: 'AWS::Lambda::Function', Properties: { Table: { Ref: 'table' } } } },
});

/** Answers requests of the services that the stack's commands use, all at one address, as AWS_ENDPOINT_URL expects it. */
export class FakeAws {
  readonly cloudFormation = new FakeCloudFormation();
  readonly parameters = new FakeParameters();
  readonly tables = new FakeTables();
  readonly s3 = new FakeS3();
  /** Lambda's quota of concurrent executions. */
  quota = { ConcurrentExecutions: 1_000, UnreservedConcurrentExecutions: 1_000 };
  /** Whether this endpoint has STS. */
  hasIdentity = true;
  /** Answers a command of the admin function; undefined: there is no such function. */
  admin: ((payload: Payload) => unknown) | undefined;
  /** Called with each request that changes something, before it does. What it throws ends the request. */
  onChange: (what: string) => void = () => undefined;
  /** Answers the actions of CloudWatch Logs. */
  logs: (action: string, input: Record<string, unknown>) => unknown = () => ({});

  constructor() {
    this.cloudFormation.findObstacle = (resource) =>
      this.tables.tables.get(`${resource}-id`)?.isProtected ? 'The table is protected' : undefined;
    this.cloudFormation.readUrl = (url) => {
      const [, bucket = '', key = ''] = new URL(url).pathname.split('/');
      return this.s3.buckets.get(bucket)?.get(key)?.toString() ?? '';
    };
  }

  /** Adds the stack of the stage `ripcord`, with its table. */
  addStack(more: Partial<FakeStack> = {}): FakeStack {
    const stack: FakeStack = {
      ...{ name: 'Ripcord', id: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Ripcord/1', template },
      ...{ status: 'UPDATE_COMPLETE', protected: true, events: [], coming: [] },
      parameters: { notifyEmail: 'none', table: 'none', linksHalted: 'false' },
      outputs: { TableName: table, AdminFunctionName: 'ripcord-admin' },
      resources: new Map([['Function', { type: 'AWS::Lambda::Function', status: 'CREATE_COMPLETE' }]]),
      ...more,
    };
    this.cloudFormation.stacks.push(stack);
    return stack;
  }

  async answer(request: FakeRequest): Promise<FakeResponse> {
    const { url, headers, body } = request;
    if (url.pathname.endsWith('/account-settings')) return toJson(() => ({ AccountLimit: this.quota }));
    if (url.pathname.startsWith('/2015-03-31/functions/')) return this.#invoke(body.toString());
    const [service = '', action = ''] = String(headers['x-amz-target'] ?? '').split('.');
    const text = body.toString();
    if (text.includes('Action=GetCallerIdentity'))
      return this.hasIdentity ? { status: 200, body: identity } : { status: 501 };
    if (text.includes('Action=')) return this.#changeStack(text);
    if (action === '') return this.s3.answer(request);
    return toJson(() => this.#run(service, action, inputSchema.parse(JSON.parse(body.toString()))));
  }

  #changeStack(body: string): FakeResponse {
    const action = new URLSearchParams(body).get('Action') ?? '';
    if (reads.test(action)) return this.cloudFormation.answer(body);
    try {
      this.onChange(action);
    } catch {
      return { status: 400, body: '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>' };
    }
    return this.cloudFormation.answer(body);
  }

  #run(service: string, action: string, input: Record<string, unknown>): unknown {
    if (!reads.test(action)) this.onChange(action);
    if (service === 'AmazonSSM') return this.parameters.answer(action, input);
    return service.startsWith('DynamoDB') ? this.tables.answer(action, input) : this.logs(action, input);
  }

  #invoke(body: string): FakeResponse | Promise<FakeResponse> {
    if (this.admin === undefined)
      return { status: 404, body: '{}', headers: { 'x-amzn-errortype': 'ResourceNotFoundException' } };
    return toJson(() => this.admin?.(payloadSchema.parse(JSON.parse(body))));
  }
}

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>me</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

const reads = /^(Describe|List|Get|Filter)/;

async function toJson(run: () => unknown): Promise<FakeResponse> {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  try {
    return { status: 200, body: JSON.stringify(await run()), headers };
  } catch (thrown) {
    if (!(thrown instanceof FakeRefusal)) throw thrown;
    const type = /not found/.test(thrown.message) ? 'ResourceNotFoundException' : 'ValidationException';
    return { status: 400, body: JSON.stringify({ __type: type, message: thrown.message }), headers };
  }
}

/** Runs the command line against a fake, without a terminal. */
export async function runAgainst(
  aws: FakeAws,
  ...[first = '', ...more]: [{ stdin: string } | string, ...string[]]
): Promise<Run> {
  await using server = await serveFakes((request) => aws.answer(request));
  const environment = {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'eu-west-1',
  };
  // The server lives until the run has ended.
  const { stdin, words } =
    typeof first === 'string' ? { stdin: '', words: [first, ...more] } : { ...first, words: more };
  return await runRipcord(words, { stdin, environment });
}
