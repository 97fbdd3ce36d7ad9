import { z } from 'zod';
import type { Accounts } from '../account/account.ts';
import { executeAction } from '../close/execute-action.ts';
import { Fault, toFault, toHttpStatus } from '../fault.ts';
import { linkIdSchema } from '../link/link.ts';
import { type Log, type LogFields, toErrorCode } from '../log.ts';
import type { Notifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import { orStaleReason } from '../position/order-sync.ts';
import { isFinal, type Position, positionIdSchema } from '../position/position.ts';
import { toPositionView } from '../position/position-view.ts';
import type { Services } from '../services.ts';
import { syncPosition } from '../sweep/sync-position.ts';
import { recordHit } from '../trigger/record-hit.ts';
import { busy } from '../trigger/refusals.ts';
import { toResponse } from '../trigger/response.ts';
import { addAccount } from './accounts/add.ts';
import { findUnadoptedOrders, listOpen } from './accounts/list-open.ts';
import {
  type AdminAnswer,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
  type PositionView,
} from './contract/commands.ts';
import { countResends, latestOf } from './links/history.ts';
import { createLink, linkViewOf, revokeLink, unknownLink, unknownPosition } from './links/manage.ts';
import { previewOf } from './links/preview.ts';
import { sayCommand } from './log-command.ts';
import { tryChannels } from './notify/send-test-notices.ts';
import { adoptPosition } from './positions/adopt.ts';
import { openPosition } from './positions/open.ts';
import { applyAssessment, assess } from './positions/resolve.ts';

export interface AdminServices {
  services: Services;
  accounts: Accounts;
  /** What links start with. */
  baseUrl: string;
  notifiers: Notifiers;
  log: Log;
}

type Handlers = {
  [Name in CommandName]: (services: AdminServices, input: CommandInput<Name>) => Promise<CommandResult<Name>>;
};

/**
 * Runs one admin payload. Never throws: whatever goes wrong is an answer.
 * @param requestId of the invocation, for the log.
 */
export async function runAdmin(
  adminServices: AdminServices,
  payload: unknown,
  requestId?: string,
): Promise<AdminAnswer> {
  const { log, services } = adminServices;
  const startedAt = services.now();
  let about: LogFields = { requestId };
  const fieldsOf = (outcome: string): LogFields => ({ ...about, outcome, ms: services.now() - startedAt });
  try {
    const { name, input } = parsePayload(payload);
    about = { ...about, code: name, ...idsSchema.parse(input) };
    // The schema that parsed the input is the one its handler is typed by.
    const handler = handlers[name] as Handler;
    const result = await handler(adminServices, input);
    // The console looks every few seconds: only what changed something is worth a line.
    if (!looks.has(name)) sayCommand(log, result, fieldsOf('ok'));
    return { ok: true, result };
  } catch (thrown) {
    const { code, message, detail, hint, issues } = toFault(thrown);
    if (code === 'internal') log.event('command-failed', fieldsOf(toErrorCode(thrown)));
    else log.event('command', fieldsOf(code));
    return { ok: false, error: { code, message, detail, hint, issues } };
  }
}

type Handler = (services: AdminServices, input: unknown) => Promise<CommandResult<CommandName>>;

/** What a line says of a command's input. */
const idsSchema = z.object({ positionId: positionIdSchema.optional(), linkId: linkIdSchema.optional() });

/** Commands that change nothing. */
const looks: ReadonlySet<CommandName> = new Set<CommandName>([
  'positions.list',
  'positions.get',
  'positions.candles',
  'links.list',
  'links.preview',
  'history.list',
  'accounts.list',
  'accounts.open',
]);

function parsePayload(payload: unknown): { name: CommandName; input: unknown } {
  const parsed = z.looseObject({ command: z.string() }).safeParse(payload);
  if (!parsed.success)
    throw new Fault(
      'invalid-input',
      'The payload is not a command. Expected {"command":"positions.list", …}.',
    );
  const { command, ...fields } = parsed.data;
  if (!isCommand(command))
    throw new Fault(
      'invalid-input',
      `There is no command "${command}". Expected one of: ${Object.keys(commands).join(', ')}.`,
    );
  const input = commands[command].input.safeParse(fields);
  if (input.success) return { name: command, input: input.data };
  const issues = input.error.issues.map((issue) => `${issue.path.join('.') || 'payload'}: ${issue.message}`);
  throw new Fault('invalid-input', `${command} was given wrong input: ${issues.join('; ')}.`, { issues });
}

/** "None" said of an account that is only mistyped would be believed. */
async function mustExist(accounts: Accounts, account: string | undefined): Promise<void> {
  if (account !== undefined) await accounts.read(account);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

const handlers: Handlers = {
  'positions.adopt': async ({ services, accounts }, input) => {
    const { exchange } = await accounts.read(input.account);
    const position = await adoptPosition(services, input, exchange);
    // For the eye only: that they can't be listed is no reason to adopt nothing.
    const leftOut = await findUnadoptedOrders(services, position).catch(() => []);
    return {
      position: toPositionView(position),
      ...(leftOut.length === 0 ? {} : { unadoptedOrders: leftOut }),
    };
  },
  'positions.open': async ({ services, accounts }, input) => {
    const { exchange } = await accounts.read(input.account);
    return { position: await liveView(services, await openPosition(services, input, exchange)) };
  },
  'positions.list': async ({ services, accounts }, { open, account }) => {
    const unreadable: string[] = [];
    const [positions, links] = await Promise.all([
      services.store.listPositions('all', (positionId) => unreadable.push(positionId)),
      services.store.listLinks(),
    ]);
    const wanted = positions.filter((position) => account === undefined || position.account === account);
    if (wanted.length === 0) await mustExist(accounts, account);
    const views = await inParallel(wanted, 5, (position) =>
      liveView(
        services,
        position,
        links.filter((link) => link.positionId === position.positionId && !link.revokedAt).length,
      ),
    );
    const isOver = (view: PositionView) => view.status === 'closed' || view.status === 'canceled';
    return {
      positions: open === true ? views.filter((view) => !isOver(view)) : views,
      ...(unreadable.length === 0 ? {} : { unreadable }),
    };
  },
  'positions.get': async ({ services }, { positionId }) => {
    const position = await services.store.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const links = await services.store.listLinks(positionId);
    return { position: await liveView(services, position, links.filter((link) => !link.revokedAt).length) };
  },
  'positions.candles': async ({ services }, { positionId, interval, limit = 300 }) => {
    const position = await services.store.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const exchange = await services.exchanges.of(position.account);
    return { candles: await exchange.fetchCandles(position.market, interval, limit) };
  },
  'positions.forget': async ({ services }, { positionId }) => {
    const position = await services.store.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const links = (await services.store.listLinks(positionId)).filter((link) => link.revokedAt === undefined);
    for (const link of links) await revokeLink(services, link.linkId);
    if (
      !(await services.store.deletePosition(positionId)) &&
      (await services.store.readPosition(positionId)) !== undefined
    )
      throw new Fault('conflict', `${positionId} is being closed just now. Try again when that is over.`);
    return { positionId, linksRevoked: links.length };
  },
  'positions.close': async ({ services }, { positionId }) => {
    const position = await services.store.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    return closeNow(services, position);
  },
  'positions.closeAll': async ({ services, accounts }, { account, positionIds }) => {
    const until = services.now() + startBudgetMs;
    const unreadable: string[] = [];
    const open = await services.store.listPositions('open', (positionId) => unreadable.push(positionId));
    const positions = open.filter(
      (position) =>
        !isFinal(position.state) &&
        (account === undefined || position.account === account) &&
        (positionIds === undefined || positionIds.includes(position.positionId)),
    );
    if (positions.length === 0) await mustExist(accounts, account);
    const reports = await inParallel(positions, 5, async (position) =>
      services.now() < until ? closeNow(services, position) : notStarted(position),
    );
    // Whose they are is not known either: only who asks for everything hears of them.
    const isAll = positionIds === undefined && account === undefined;
    return { reports: [...reports, ...(isAll ? unreadable.map(notRead) : [])] };
  },
  'positions.resolve': async ({ services }, { positionId, apply = false }) => {
    const position = await services.store.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const judged = await assess(services, position);
    const settled = apply ? await applyAssessment(services, judged) : judged.position;
    return {
      position: toPositionView(settled),
      verdict: judged.verdict,
      reason: judged.because,
      applied: apply,
    };
  },
  'history.list': async ({ services }, { positionId, linkId, limit = 100 }) => {
    const owners = linkId === undefined ? undefined : (await services.store.readLink(linkId))?.positionId;
    if (linkId !== undefined && owners === undefined) throw unknownLink(linkId);
    const wanted = owners ?? positionId;
    const ids = wanted === undefined ? latestOf(await services.store.listPositions('all')) : [wanted];
    const hits = (await inParallel(ids, 10, (id) => services.store.listHits(id, limit))).flat();
    const chosen = hits.filter((hit) => linkId === undefined || hit.linkId === linkId);
    return { hits: countResends(chosen).slice(0, limit) };
  },
  'links.create': ({ services, baseUrl }, input) => createLink(services, input, baseUrl),
  'links.list': async ({ services }, { positionId }) => {
    const [links, positions, paused] = await Promise.all([
      services.store.listLinks(positionId),
      services.store.listPositions('all'),
      services.store.isPaused(),
    ]);
    // A forgotten position's links are listed; where there is nothing, its id may be mistyped.
    if (
      positionId !== undefined &&
      links.length === 0 &&
      (await services.store.readPosition(positionId)) === undefined
    )
      throw unknownPosition(positionId);
    const positionOf = new Map(positions.map((position) => [position.positionId, position]));
    const views = links.map((link) => linkViewOf(link, positionOf.get(link.positionId), services.now()));
    return { links: views, paused };
  },
  'links.preview': async ({ services }, { linkId }) => {
    const { link, paused } = await services.store.readLinkAndPause(linkId);
    if (link === undefined) throw unknownLink(linkId);
    const known = await services.store.readPosition(link.positionId);
    if (known === undefined) throw unknownPosition(link.positionId);
    const position = isSettled(known) ? known : await syncPosition(services, known);
    const view = linkViewOf(link, position, services.now());
    return { link: view, position: toPositionView(position), ...previewOf(view, position, { paused }) };
  },
  'links.pause': async ({ services }) => {
    await services.store.setPaused(true);
    return { paused: true };
  },
  'links.resume': async ({ services }) => {
    await services.store.setPaused(false);
    return { paused: false };
  },
  'links.revoke': async ({ services }, { linkId }) => ({ link: await revokeLink(services, linkId) }),
  'notify.test': ({ notifiers }) => tryChannels(notifiers),
  'accounts.add': async ({ accounts }, input) => ({ account: await addAccount(accounts, input) }),
  'accounts.list': async ({ accounts }) => ({ accounts: await accounts.list() }),
  'accounts.open': ({ services }, { name }) => listOpen(services, name),
  'accounts.remove': async ({ services, accounts }, { name }) => {
    await accounts.read(name);
    const user = (await services.store.listPositions('open')).find(
      (position) => position.account === name && !isFinal(position.state),
    );
    if (user !== undefined)
      throw new Fault(
        'conflict',
        `${user.positionId} is open and uses the account "${name}". Forget the position first.`,
      );
    await accounts.remove(name);
    return { name };
  },
  'accounts.check': async ({ services, accounts }, { name }) => {
    const { exchange } = await accounts.read(name, { fresh: true });
    const permissions = await (await services.exchanges.of(name)).fetchPermissions();
    const warnings = [
      ...(permissions.canWithdraw
        ? ['The key can withdraw. Ripcord never needs that: make a key that can not.']
        : []),
      ...(permissions.canTrade === false
        ? ['The key can not trade, so links will be refused by the exchange.']
        : []),
      ...(permissions.ipRestricted === false
        ? ['The key works from any address. Restrict it where you can.']
        : []),
    ];
    return { name, exchange, ...permissions, warnings };
  },
};

/**
 * So long after closing all has begun, another one is begun: it takes up to 10 s, as a hit does, and the function
 * ends after 29 s, with no report of anything.
 */
const startBudgetMs = 18_000;

function notStarted({ positionId, symbol }: Position): CommandResult<'positions.close'> {
  return {
    positionId,
    symbol,
    status: 503,
    outcome: 'not-started',
    detail: 'Nothing was done about it yet: the time of this call was up. Ask again.',
  };
}

function notRead(positionId: string): CommandResult<'positions.close'> {
  return {
    positionId,
    symbol: '?',
    status: 500,
    outcome: 'unreadable',
    detail: 'Its item in the table can not be read by this version: close it at the exchange.',
  };
}

/** Closes as a link would, and records it as one. */
async function closeNow(services: Services, position: Position): Promise<CommandResult<'positions.close'>> {
  const { positionId, symbol } = position;
  const intent = { actor: 'operator', action: 'close' } as const;
  try {
    const result = await executeAction(services, positionId, intent);
    const standing = result.kind === 'ran' ? result.standing : undefined;
    const current = standing?.position ?? (result.kind === 'ran' ? undefined : result.position) ?? position;
    const answer =
      result.kind === 'busy' ? busy : toResponse({ position: current, ending: standing?.ending }, 'close');
    await recordHit(
      services,
      { ...intent, positionId },
      answer,
      (standing ?? (result.kind === 'refused' ? result.recovered : undefined))?.requests ?? [],
    );
    const outcome = answer.outcome?.outcome ?? answer.status;
    return { positionId, symbol, status: answer.httpStatus, outcome, detail: answer.detail };
  } catch (thrown) {
    // One position's trouble must not keep the others open.
    const fault = toFault(thrown);
    return {
      positionId,
      symbol,
      status: toHttpStatus(fault.code),
      outcome: fault.code,
      detail: fault.message,
    };
  }
}

function isSettled(position: Position): boolean {
  return isFinal(position.state) || position.state === 'claimed';
}

/** A view of what the exchange says now, or of what was known, with the reason why it is old. */
async function liveView(services: Services, position: Position, links?: number): Promise<PositionView> {
  const counted = links === undefined ? {} : { links };
  if (isSettled(position)) return toPositionView(position, counted);
  const current = await orStaleReason(() => syncPosition(services, position));
  return 'staleReason' in current
    ? toPositionView(position, { ...counted, ...current })
    : toPositionView(current, counted);
}
