import type { Unread } from './fact.ts';
import type { AccountCheck, CheckedAccount, OperationFacts } from './facts.ts';
import { type Finding, fail, judgeFact, ok, warn } from './finding.ts';

/** A sweep runs every minute. */
const sweepLateMs = 3 * 60_000;

/** Epoch milliseconds. */
export interface Times {
  now: number;
  /** When the stack was created; undefined if that is not known. */
  createdAt: number | undefined;
}

/** @returns what the admin function reports, as findings. */
export function judgeOperation(facts: OperationFacts, times: Times): Finding[] {
  const { changes, channels, accounts, address } = facts;
  const link = judgeFact('link address', address, judgeAddress);
  if ('unread' in changes) return [judgeAdmin(changes.unread), ...link];
  return [
    ok('admin function', 'It responds.'),
    ...judgeFact('links', changes, judgeLinks),
    ...link,
    ...judgeFact('sweep', changes, ({ sweptAt }) => judgeSweep(sweptAt, times)),
    ...judgeFact('channels', channels, judgeChannels),
    ...judgeFact('accounts', accounts, (all) => (all.length === 0 ? noAccount : all.flatMap(judgeAccount))),
  ];
}

/** Everything else that it reports is unknown too, for the same reason. */
function judgeAdmin({ why }: Unread): Finding {
  return fail(
    'admin function',
    `${why} Sweep, channels and accounts were not checked.`,
    "Check --region, --profile and --prefix, and read the admin function's log.",
  );
}

function judgeLinks({
  paused,
  pausedUntil,
  halted,
}: {
  paused: boolean;
  pausedUntil?: string | undefined;
  halted?: true | undefined;
}): Finding {
  if (halted === true)
    return fail(
      'links',
      'Links and the sweep are halted by a restore: nothing closes a position.',
      'Finish it: ripcord restore',
    );
  return paused
    ? warn(
        'links',
        `All links are paused${pausedUntil === undefined ? '' : ` until ${pausedUntil}`}.`,
        'Let them act again: ripcord links resume',
      )
    : ok('links', 'Links can act.');
}

function judgeAddress(why: string | undefined): Finding {
  return why === undefined
    ? ok('link address', "A link can be opened: the response is Ripcord's own.")
    : fail('link address', why, 'Check DNS, the certificate, and the log of the trigger function.');
}

function judgeSweep(sweptAt: string | undefined, { now, createdAt = 0 }: Times): Finding {
  const advice = "Read the sweep function's log. Without it, notices and recoveries wait.";
  if (sweptAt === undefined)
    return now - createdAt > sweepLateMs
      ? fail('sweep', 'No sweep has finished yet.', advice)
      : warn('sweep', 'No sweep has finished yet. The first one ends within two minutes.');
  const ageMs = now - Date.parse(sweptAt);
  const text = `The last sweep finished at ${sweptAt}.`;
  return ageMs > sweepLateMs ? fail('sweep', text, advice) : ok('sweep', text);
}

type Channel = Extract<OperationFacts['channels'], { value: unknown }>['value'][number];

function judgeChannels(channels: Channel[]): Finding | Finding[] {
  const reaching = channels.filter(({ kind }) => kind !== 'heartbeat');
  if (reaching.length === 0)
    return warn(
      'channels',
      'No channel gets notices, so a failed close is not reported.',
      'Add one: ripcord notify add telegram --chat-id CHAT --test',
    );
  const failed = reaching.filter(({ lastDelivery }) => lastDelivery?.state === 'failed');
  if (failed.length === 0)
    return ok('channels', `Notices go to ${reaching.map(({ name }) => name).join(', ')}.`);
  return failed.map(({ name, lastDelivery: { why = 'no reason given' } = {} }) =>
    fail(
      'channels',
      `The last notice did not reach ${name}: ${why}.`,
      `Test it: ripcord notify test ${name}`,
    ),
  );
}

const noAccount = warn(
  'accounts',
  'No account is stored.',
  'Store one: ripcord accounts add main --exchange binance',
);

function judgeAccount({ name, problem, check }: CheckedAccount): Finding[] {
  const label = `account ${name}`;
  if (problem !== undefined)
    return [
      fail(label, problem, `Store it again: ripcord accounts add ${name} --exchange EXCHANGE --replace`),
    ];
  if (check !== undefined && 'unread' in check)
    return [fail(label, check.unread.why, `Check again: ripcord accounts check ${name}`)];
  return judgeFact(label, check, (found) => judgeKey(label, found));
}

function judgeKey(label: string, check: AccountCheck): Finding | Finding[] {
  const { name, canTrade, warnings, expiresAt, exchange } = check;
  if (canTrade === false)
    return fail(
      label,
      `The key can't trade on ${exchange}.`,
      `Allow it at the exchange, or replace it: ripcord accounts add ${name} --exchange ${exchange} --replace`,
    );
  const expiry = expiresAt === undefined ? '' : ` It expires on ${expiresAt.slice(0, 10)}.`;
  if (warnings.length === 0) return ok(label, `The key works on ${exchange}.${expiry}`);
  return warnings.map((warning) => warn(label, warning));
}
