import { styleText } from 'node:util';
import type { CommandResult, PositionView } from '../../lib/admin/contract/commands.ts';
import type { AdminClient } from '../admin-client.ts';
import { CliError } from '../cli-error.ts';
import { confirm, hasTerminal } from '../confirm.ts';
import { isArmed } from '../link-text.ts';
import { planOrder } from '../order-plan.ts';
import { withoutSecrets } from '../secrets.ts';
import { asPlainText, printRemark } from '../terminal.ts';
import type { AccountFields, InitPlan, PositionSource } from './init-plan.ts';
import { askAccount, askAccountName, askPosition } from './init-questions.ts';
import { findOtherSize, hasEnded } from './init-size.ts';

const stepCount = 5;

export function printStep(step: number, text: string): void {
  printRemark(
    `${styleText('green', '✓', { stream: process.stderr })} ${step}/${stepCount} ${asPlainText(text)}`,
  );
}

/** @returns the name of a stored account whose key the exchange accepts. */
export async function storeAccount(admin: AdminClient, plan: InitPlan): Promise<string> {
  const name = plan.accountName ?? (await askUnlessScript(askAccountName, '--account'));
  const { accounts } = await admin.call('accounts.list', {});
  const stored = accounts.find((account) => account.name === name);
  // A key that is given is compared with the stored one by accounts.add, which refuses another.
  if (stored !== undefined && plan.account === undefined) {
    refuseOtherFields(stored, plan.accountFields);
    await admin.call('accounts.check', { name });
    printStep(3, `Account ${name} is stored, and the exchange accepts its key`);
    return name;
  }
  const ask = () => askAccount(name, plan.accountFields);
  const input = plan.account ?? (await askUnlessScript(ask, 'a key on stdin'));
  const { apiKey, secret, password } = { password: undefined, ...input.account };
  const { account, warnings = [] } = await admin.call('accounts.add', input).catch((thrown: unknown) => {
    throw withoutSecrets(thrown, [apiKey, secret, password]);
  });
  for (const warning of warnings) printRemark(asPlainText(warning));
  printStep(3, `Account ${account.name} (${account.exchange}) is checked and stored`);
  return account.name;
}

/** Without the key, what else is named can't be compared with what is stored. */
function refuseOtherFields(
  { name, exchange, testOnly }: CommandResult<'accounts.list'>['accounts'][number],
  { exchange: wanted, ...others }: AccountFields,
): void {
  const next = 'Name another account with --account, or replace it with "ripcord accounts add --replace".';
  if (wanted !== undefined && wanted !== exchange)
    throw new CliError(
      'conflict',
      `The account "${name}" is stored for ${exchange ?? testOnly ?? 'no readable exchange'}, not ${wanted}. Nothing was ordered or adopted. ${next}`,
    );
  if (Object.keys(others).length > 0)
    throw new CliError(
      'conflict',
      `The account "${name}" is stored already, so ${Object.keys(others).join(', ')} would be ignored. Nothing was ordered or adopted. ${next}`,
    );
}

/**
 * @returns the position for the first link. A position of the same market, side and size that is open already is used.
 * @throws CliError if it has another size, or if the order was placed by an earlier run and its position has ended.
 */
export async function takePosition(
  admin: AdminClient,
  plan: InitPlan,
  { account, yes }: { account: string; yes: boolean },
): Promise<PositionView> {
  const source = plan.position ?? (await askUnlessScript(() => askPosition(account), '--symbol'));
  const found = await findPosition(admin, source);
  if (found !== undefined) refuseOtherSize(found, source);
  const position = found ?? (await createPosition(admin, source, { yes }));
  refuseEnded(position);
  const verb = found === undefined ? verbs[source.from] : 'is open already';
  printStep(4, `Position ${position.positionId} (${position.symbol}, ${position.side}) ${verb}`);
  return position;
}

const verbs = { ripcord: 'is open', exchange: 'is adopted', order: 'is open' };

async function findPosition(admin: AdminClient, source: PositionSource): Promise<PositionView | undefined> {
  if (source.from === 'ripcord')
    return (await admin.call('positions.get', { positionId: source.positionId })).position;
  const { account, symbol, side } = source.input;
  const { positions } = await admin.call('positions.list', { open: true, live: false, account });
  return positions.find(
    (position) => position.symbol === symbol && position.side === side && !hasEnded(position),
  );
}

function refuseOtherSize(position: PositionView, source: PositionSource): void {
  const difference = findOtherSize(position, source);
  if (difference === undefined) return;
  const { positionId, symbol, side } = position;
  throw new CliError(
    'conflict',
    `The position ${positionId} (${symbol}, ${side}) is open already, and ${difference}. Nothing was ordered or adopted. For a link to it, pass --position ${positionId}. To add another position, run ripcord positions open, or ripcord positions adopt.`,
  );
}

function refuseEnded({ positionId, status, ...position }: PositionView): void {
  if (hasEnded({ status }))
    throw new CliError(
      'conflict',
      `The position ${positionId} (${position.symbol}, ${position.side}) of an earlier run has ended: it is ${status}. Nothing was ordered. Open another one with ripcord positions open, and pass it with --position.`,
    );
}

async function createPosition(
  admin: AdminClient,
  source: PositionSource,
  { yes }: { yes: boolean },
): Promise<PositionView> {
  if (source.from === 'exchange') return (await admin.call('positions.adopt', source.input)).position;
  if (source.from === 'ripcord') throw new CliError('internal', 'A position was neither found nor refused.');
  const { input } = source;
  const market = { name: input.account, symbol: input.symbol, interval: '1h', limit: 1 } as const;
  const plan = async () => planOrder(input, await admin.call('accounts.market', market));
  await confirm({ yes, question: 'Place this order?', plan });
  return (await admin.call('positions.open', input)).position;
}

type Created = CommandResult<'links.create'>;

/** @returns the link; without a URL if an earlier run created it, because a URL is shown only once. */
export async function makeLink(
  admin: AdminClient,
  positionId: string,
  action: 'close' | 'keep',
): Promise<Pick<Created, 'link'> & Partial<Created>> {
  const { links } = await admin.call('links.list', { positionId });
  const link = links.find((each) => each.action === action && isArmed(each));
  if (link !== undefined) {
    printStep(stepCount, `Link ${link.linkId} is armed already. Its URL was shown once`);
    return { link };
  }
  const created = await admin.call('links.create', { positionId, action });
  printStep(stepCount, `Link ${created.link.linkId} is armed: it will ${action} the position`);
  return created;
}

/** Asks at a terminal. A script that lacks an answer is refused. */
function askUnlessScript<Answer>(question: () => Promise<Answer>, option: string): Promise<Answer> {
  if (hasTerminal()) return question();
  throw new CliError(
    'refused',
    `There is no terminal to ask at, so this step was not done. Run the command again with ${option}.`,
  );
}
