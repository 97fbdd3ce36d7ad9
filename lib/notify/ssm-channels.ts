import { isDeepStrictEqual } from 'node:util';
import {
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import { isDenial } from '../account/ssm-failure.ts';
import { callInTime, ssmClient } from '../aws-client.ts';
import { describeAwsFailure, quoteAwsError } from '../aws-error.ts';
import { Fault } from '../fault.ts';
import { applyEdits, type ChannelEdits, diffChannels } from './channel-edits.ts';
import { type Channel, type ChannelStore, nameTaken, parseChannels, unreadableChannels } from './channels.ts';

/** The sweep runs every minute. A new channel may be unused for this long, and a removed one still used. */
const cacheMs = 5 * 60_000;

/** A standard parameter holds no more: https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const maxValueLength = 4096;

/** How often a change is written again because other writers changed the list meanwhile. */
const maxWrites = 8;

/** The parameter that is written. */
interface Target {
  client: SSMClient;
  name: string;
  kmsKey: string | undefined;
}

/** The list as read. Version 0: there is none. */
interface Stored {
  channels: Channel[];
  version: number;
}

/**
 * Channels in one SecureString of Parameter Store.
 * @param kmsKey encrypts what is written; the AWS managed key if undefined.
 */
export function ssmChannels(
  name: string,
  { now = Date.now, kmsKey }: { now?: () => number; kmsKey?: string | undefined } = {},
): ChannelStore {
  const client = ssmClient();
  let cached: { channels: Channel[]; readAt: number } | undefined;

  const refresh = async (): Promise<Channel[]> => {
    try {
      const { channels } = await readList(client, name);
      cached = { channels, readAt: now() };
      return channels;
    } catch (thrown) {
      // As for accounts: what is known stays in use while Parameter Store can't be read.
      if (cached !== undefined && !(thrown instanceof Fault) && !isDenial(thrown)) return cached.channels;
      throw thrown;
    }
  };
  return {
    async read({ fresh = false } = {}) {
      if (!fresh && cached !== undefined && now() - cached.readAt < cacheMs) return cached.channels;
      return await orFault(name, async () => (fresh ? (await readList(client, name)).channels : refresh()));
    },
    async change(edit) {
      await orFault(name, () => changeList({ client, name, kmsKey }, edit));
      cached = undefined;
    },
  };
}

/** @param version of the list; undefined: the latest. */
async function readList(client: SSMClient, name: string, version?: number): Promise<Stored> {
  const selector = version === undefined ? name : `${name}:${version}`;
  try {
    const command = new GetParameterCommand({ Name: selector, WithDecryption: true });
    const { Parameter } = await callInTime((options) => client.send(command, options));
    const channels = parseChannels(Parameter?.Value ?? '', `the parameter ${name}`);
    return { channels, version: Parameter?.Version ?? 0 };
  } catch (thrown) {
    if (thrown instanceof ParameterNotFound) return { channels: [], version: 0 };
    throw thrown;
  }
}

/**
 * Parameter Store has no conditional write, but numbers the versions without gaps. So a writer sees that it replaced a
 * version that it had not read. It then writes the list again, with what the other writer had changed. In between, which
 * takes one read and one write, the other writer's change is missing; it stays missing if this process dies there.
 */
async function changeList(target: Target, edit: (channels: Channel[]) => Channel[]): Promise<void> {
  const { client, name } = target;
  let known = await readList(client, name);
  const edits = diffChannels(known.channels, edit(known.channels));
  const own = new Map(edits);
  let next = applyEdits(known.channels, edits);
  for (let writes = 1; writes <= maxWrites; writes += 1) {
    const version = await writeList(target, next);
    // Version 1 after a later one: the owner deleted the parameter meanwhile.
    if (version === known.version + 1 || version === 1) return requireOwn(own, edits);
    const replaced = await readList(client, name, version - 1);
    // Of two channels with the same name, the first stays.
    for (const [each, channel] of diffChannels(known.channels, replaced.channels))
      if (!edits.has(each) || channel !== undefined) edits.set(each, channel);
    const written = next;
    next = applyEdits(replaced.channels, edits);
    if (diffChannels(written, next).size === 0) return requireOwn(own, edits);
    // What is too long together must not replace what the other writer stored.
    if (toValue(next).length > maxValueLength) await writeList(target, replaced.channels);
    known = { channels: replaced.channels, version };
  }
  throw contended();
}

/** Throws `conflict` if another writer added a channel with the same name first. */
function requireOwn(own: ChannelEdits, written: ChannelEdits): void {
  for (const [name, channel] of own)
    if (channel !== undefined && !isDeepStrictEqual(written.get(name), channel)) throw nameTaken(name);
}

function toValue(channels: Channel[]): string {
  return JSON.stringify(channels);
}

/** @returns the number of the written version. */
async function writeList({ client, name, kmsKey }: Target, channels: Channel[]): Promise<number> {
  const Value = toValue(channels);
  if (Value.length > maxValueLength)
    throw new Fault(
      'invalid-input',
      `Parameter Store keeps at most ${maxValueLength} characters, and the list of channels would be longer. Nothing was changed.`,
      { hint: { text: 'Remove a channel first.' } },
    );
  try {
    const encryption = { Type: 'SecureString', KeyId: kmsKey } as const;
    const command = new PutParameterCommand({ Name: name, Value, ...encryption, Overwrite: true });
    const { Version = 0 } = await callInTime((options) => client.send(command, options));
    return Version;
  } catch (thrown) {
    throw notStored(thrown);
  }
}

/** Quotes AWS only about permissions: an error of validation may quote the value, which is secret. */
function notStored(thrown: unknown): Fault {
  const code = 'channels-unreadable';
  if (isDenial(thrown))
    return new Fault(
      code,
      `AWS denied the change of the channels: ${quoteAwsError(thrown)}. Nothing was changed.`,
      {
        hint: {
          text: "Allow ssm:PutParameter on this parameter to the admin function's role, or deploy again.",
        },
      },
    );
  if (thrown instanceof Error && '$fault' in thrown)
    return new Fault(
      code,
      `Parameter Store did not store the channels (${thrown.name}). Nothing was changed.`,
      {
        hint: { text: 'Try again in a moment.' },
      },
    );
  return new Fault(code, 'Parameter Store did not respond. The channels may have been changed.', {
    hint: { text: 'Check the list:', command: 'notify list' },
  });
}

function contended(): Fault {
  return new Fault(
    'conflict',
    'Other programs keep changing the list of channels. Your change may be lost.',
    {
      hint: { text: 'Check the list:', command: 'notify list' },
    },
  );
}

async function orFault<Result>(name: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown;
    throw unreadableChannels(
      `the parameter ${name}`,
      describeAwsFailure('Parameter Store', thrown).slice(0, -1),
    );
  }
}
