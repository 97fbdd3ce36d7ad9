import { z } from 'zod';
import {
  type AdminAnswer,
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from '../lib/admin/contract/commands.ts';
import { noRegion, toUnreachable } from './aws-errors.ts';
import { CliError } from './cli-error.ts';
import { commandHint, withHint } from './command-hint.ts';
import { toOptionIssue } from './option-names.ts';
import { type AwsDestination, type Destination, parseDestination, type SharedArguments } from './options.ts';

/**
 * Longest wait for a response, in milliseconds. It is longer than the admin function's own timeout, so that a
 * function that runs out of time reports it itself.
 */
const responseTimeoutMs = 180_000;
const connectTimeoutMs = 5_000;

type AdminFailure = Extract<AdminAnswer, { ok: false }>;
type Answer<Name extends CommandName> = { ok: true; result: CommandResult<Name> } | AdminFailure;

export interface AdminClient {
  /** @returns the result. Throws a CliError for an error answer too. */
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>;
  /** @returns the answer as the admin function gave it. Throws a CliError if there is no valid answer. */
  request<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<Answer<Name>>;
}

/** Lambda's own answer for a function that threw or ran out of time. */
const crashSchema = z.object({ errorType: z.string().optional() });

/** Errors are read as JSON from stderr, so the SDK must not write its warnings there. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function awsSettings({ region, profile }: AwsDestination) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    logger: silent,
  };
}

function localSettings(endpoint: string) {
  return { endpoint, region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

type Invoke = (payload: object) => Promise<{ crashed: boolean; answer: unknown }>;

/** Loads the SDK on the first call, so that `--help` doesn't wait for it. */
async function connect(destination: Destination, signal: AbortSignal | undefined): Promise<Invoke> {
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({
    // A retry after a lost response could create a second link, so the owner decides.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: responseTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(destination.kind === 'local' ? localSettings(destination.url) : awsSettings(destination)),
  });
  await client.config.region().catch(async (cause: unknown) => {
    throw await noRegion(cause);
  });
  return async (payload) => {
    const Payload = Buffer.from(JSON.stringify(payload));
    const response = await client.send(
      new InvokeCommand({ FunctionName: destination.functionName, Payload }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    return { crashed: response.FunctionError !== undefined, answer: parseJson(response.Payload) };
  };
}

/** Connects once for all calls, as the console makes one every second; reconnects after a failure. */
function keepConnection(destination: Destination, signal: AbortSignal | undefined): Invoke {
  let connection: Promise<Invoke> | undefined;
  return async (payload) => {
    connection ??= connect(destination, signal);
    try {
      return await (await connection)(payload);
    } catch (thrown) {
      connection = undefined;
      throw thrown;
    }
  };
}

function parseJson(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

function toCrashError(answer: unknown, destination: Destination, listHint: string): CliError {
  const crash = crashSchema.safeParse(answer);
  // Only its type is printed, because the message can contain anything.
  const errorType = (crash.success ? crash.data.errorType : undefined) ?? 'no error type';
  const log =
    destination.kind === 'local'
      ? 'The output of the local stack has the reason.'
      : "The function's log group in CloudWatch has the reason.";
  return new CliError(
    'function-failed',
    `The admin function failed before it could answer (${errorType}). The command may have been carried out: ` +
      `check with "${listHint}" before you repeat it. ${log}`,
  );
}

function unexpectedAnswer(): CliError {
  return new CliError(
    'function-failed',
    'The answer has an unexpected format. The command may have been carried out. ' +
      'Check that the CLI and the deployment have the same version.',
  );
}

const definitions: { [Name in CommandName]: { result: z.ZodType<CommandResult<Name>> } } = commands;

function parseAnswer<Name extends CommandName>(name: Name, answer: unknown): Answer<Name> {
  const parsed = adminAnswerSchema.safeParse(answer);
  if (!parsed.success) throw unexpectedAnswer();
  if (!parsed.data.ok) return parsed.data;
  const result = definitions[name].result.safeParse(parsed.data.result);
  if (!result.success) throw unexpectedAnswer();
  return { ok: true, result: result.data };
}

/** @returns a client of the admin function that the target options select. @param signal ends its requests. */
export function createAdminClient(args: SharedArguments, signal?: AbortSignal): AdminClient {
  const destination = parseDestination(args, process.env);
  const listHint = commandHint('positions list', args);
  const invoke = keepConnection(destination, signal);
  const request: AdminClient['request'] = async (name, input) => {
    const { crashed, answer } = await invoke({ command: name, ...input }).catch(async (thrown: unknown) => {
      throw await toUnreachable(thrown, destination, listHint);
    });
    if (crashed) throw toCrashError(answer, destination, listHint);
    return parseAnswer(name, answer);
  };
  const call: AdminClient['call'] = async (name, input) => {
    const answer = await request(name, input);
    if (answer.ok) return answer.result;
    const { code, message, detail, hint, issues } = answer.error;
    const text = detail === undefined ? message : withHint(detail, hint, args);
    const unsaid = issues.filter((issue) => !text.includes(issue.slice(issue.indexOf(': ') + 2)));
    throw new CliError(code, text, { issues: unsaid.map(toOptionIssue) });
  };
  return { call, request };
}
