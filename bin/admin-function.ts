import { z } from 'zod';
import {
  adminAnswerSchema,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from '../lib/admin/contract/commands.ts';
import { asUnreachable } from './aws-errors.ts';
import { CliError } from './cli-error.ts';
import { typedIssue, typedSentence } from './option-names.ts';
import { localFunctionName, type Place, placeOf, type SharedArguments, suggested } from './options.ts';

/**
 * Longest wait for an answer, in milliseconds: well past the admin function's own timeout, so that it is the
 * function that gives up first and says so.
 */
const answerTimeout = 180_000;
const connectTimeout = 5_000;

export interface AdminFunction {
  call<Name extends CommandName>(name: Name, input: CommandInput<Name>): Promise<CommandResult<Name>>;
}

/** What Lambda itself answers in place of a function that threw or ran out of time. */
const crashSchema = z.object({ errorType: z.string().optional(), errorMessage: z.string().optional() });

/** The SDK's own warnings, say of several credentials, would stand where errors are read as JSON. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function awsSettings({ region, profile }: Extract<Place, { kind: 'aws' }>) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    logger: silent,
  };
}

async function findFunctionName(place: Extract<Place, { kind: 'aws' }>): Promise<string> {
  if (place.functionName !== undefined) return place.functionName;
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient(awsSettings(place));
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: place.stack }));
  const name = Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'AdminFunctionName')?.OutputValue;
  if (name === undefined)
    throw new CliError(
      'unreachable',
      `The stack ${place.stack} has no output AdminFunctionName: deploy it again, or name the function with --function.`,
    );
  return name;
}

type Invoke = (payload: object) => Promise<{ crashed: boolean; answer: unknown }>;

/** The SDK is loaded here and nowhere before: `--help` doesn't wait for it. */
async function connect(place: Place): Promise<Invoke> {
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient({
    // A second try of a call whose answer was lost would be a second link, so a person decides.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeout,
      requestTimeout: answerTimeout,
      throwOnRequestTimeout: true,
    },
    ...(place.kind === 'local'
      ? {
          endpoint: place.url,
          region: 'local',
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        }
      : awsSettings(place)),
  });
  const FunctionName = place.kind === 'local' ? localFunctionName : await findFunctionName(place);
  return async (payload) => {
    const Payload = Buffer.from(JSON.stringify(payload));
    const answer = await client.send(new InvokeCommand({ FunctionName, Payload }));
    return { crashed: answer.FunctionError !== undefined, answer: parseJson(answer.Payload) };
  };
}

function parseJson(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString('utf8'));
  } catch {
    return undefined;
  }
}

function describeCrash(answer: unknown, place: Place, look: string): CliError {
  const crash = crashSchema.safeParse(answer);
  const { errorType = 'no reason given', errorMessage = '' } = crash.success ? crash.data : {};
  const timedOut = /Task timed out after [\d.]+ seconds/.exec(errorMessage)?.[0];
  // The message itself may quote anything, so only its kind is shown.
  return new CliError(
    'function-failed',
    `The admin function failed before it could answer (${timedOut ?? errorType}). ` +
      `Whether the command was carried out is not known: look with "${look}" before you repeat it. ` +
      (place.kind === 'local'
        ? 'The reason is where npm start runs.'
        : "The reason is in the function's log group in CloudWatch."),
  );
}

function unexpectedAnswer(): CliError {
  return new CliError(
    'function-failed',
    'The answer is not what this version expects, though the command may have been carried out: ' +
      'is the deployed version another one than this?',
  );
}

/** @returns the admin function where the options say it is. */
export function adminFunction(args: SharedArguments): AdminFunction {
  const place = placeOf(args, process.env);
  const look = suggested('positions list', args);
  // One for all calls, as the console makes one every second; one that failed is tried again.
  let connection: Promise<Invoke> | undefined;
  const invoke: Invoke = async (payload) => {
    connection ??= connect(place);
    try {
      return await (await connection)(payload);
    } catch (thrown) {
      connection = undefined;
      throw thrown;
    }
  };
  const definitions: { [Key in CommandName]: { result: z.ZodType<CommandResult<Key>> } } = commands;
  return {
    async call(name, input) {
      const { crashed, answer } = await invoke({ command: name, ...input }).catch((thrown: unknown) => {
        throw asUnreachable(thrown, place, look);
      });
      if (crashed) throw describeCrash(answer, place, look);
      const told = adminAnswerSchema.safeParse(answer);
      if (!told.success) throw unexpectedAnswer();
      if (!told.data.ok) {
        const { code, message, issues } = told.data.error;
        throw new CliError(code, typedSentence(message, args), { issues: issues.map(typedIssue) });
      }
      const result = definitions[name].result.safeParse(told.data.result);
      if (!result.success) throw unexpectedAnswer();
      return result.data;
    },
  };
}
