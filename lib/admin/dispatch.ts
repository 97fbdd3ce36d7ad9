import { z } from 'zod';
import type { Accounts } from '../account/account.ts';
import { byHand } from '../close/claim.ts';
import { asFault, Fault, httpStatusOf } from '../fault.ts';
import { linkIdSchema } from '../link/link.ts';
import { codeOf, type Log, type LogFields } from '../log.ts';
import type { Notifiers } from '../notify/notifier.ts';
import { inParallel } from '../parallel.ts';
import { orStale } from '../position/order-sync.ts';
import { isFinal, type Position, positionIdSchema } from '../position/position.ts';
import { viewOf } from '../position/position-view.ts';
import type { Engine } from '../services.ts';
import { refresh } from '../sweep/sync-position.ts';
import { claimAndRun } from '../trigger/fire.ts';
import { recordHit } from '../trigger/record-hit.ts';
import { answerOf, busy } from '../trigger/response.ts';
import { addAccount } from './accounts/add.ts';
import { leftOutOf, listOpen } from './accounts/list-open.ts';
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
import { applyVerdict, judgePosition } from './positions/resolve.ts';

export interface AdminServices {
  engine: Engine;
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
export const runAdmin = async (
  services: AdminServices,
  payload: unknown,
  requestId?: string,
): Promise<AdminAnswer> => {
  const { log, engine } = services;
  const startedAt = engine.now();
  let about: LogFields = { requestId };
  const fieldsOf = (outcome: string): LogFields => ({ ...about, outcome, ms: engine.now() - startedAt });
  try {
    const { name, input } = parsePayload(payload);
    about = { ...about, code: name, ...idsSchema.parse(input) };
    // The schema that parsed the input is the one its handler is typed by.
    const handler = handlers[name] as Handler;
    const result = await handler(services, input);
    // The console looks every few seconds: only what changed something is worth a line.
    if (!looks.has(name)) sayCommand(log, result, fieldsOf('ok'));
    return { ok: true, result };
  } catch (thrown) {
    const { code, message, issues } = asFault(thrown);
    if (code === 'internal') log.say('command-failed', fieldsOf(codeOf(thrown)));
    else log.say('command', fieldsOf(code));
    return { ok: false, error: { code, message, issues } };
  }
};

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

const parsePayload = (payload: unknown): { name: CommandName; input: unknown } => {
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
};

/** "None" said of an account that is only mistyped would be believed. */
const mustExist = async (accounts: Accounts, account: string | undefined): Promise<void> => {
  if (account !== undefined) await accounts.read(account);
};

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name);

const handlers: Handlers = {
  'positions.adopt': async ({ engine, accounts }, input) => {
    const { exchange } = await accounts.read(input.account);
    const position = await adoptPosition(engine, input, exchange);
    // For the eye only: that they can't be listed is no reason to adopt nothing.
    const leftOut = await leftOutOf(engine, position).catch(() => []);
    return { position: viewOf(position), ...(leftOut.length === 0 ? {} : { leftOut }) };
  },
  'positions.open': async ({ engine, accounts }, input) => {
    const { exchange } = await accounts.read(input.account);
    return { position: await liveView(engine, await openPosition(engine, input, exchange)) };
  },
  'positions.list': async ({ engine, accounts }, { open, account }) => {
    const unreadable: string[] = [];
    const [positions, links] = await Promise.all([
      engine.table.listPositions('all', (positionId) => unreadable.push(positionId)),
      engine.table.listLinks(),
    ]);
    const wanted = positions.filter((position) => account === undefined || position.account === account);
    if (wanted.length === 0) await mustExist(accounts, account);
    const views = await inParallel(wanted, 5, (position) =>
      liveView(
        engine,
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
  'positions.get': async ({ engine }, { positionId }) => {
    const position = await engine.table.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const links = await engine.table.listLinks(positionId);
    return { position: await liveView(engine, position, links.filter((link) => !link.revokedAt).length) };
  },
  'positions.candles': async ({ engine }, { positionId, interval, limit = 300 }) => {
    const position = await engine.table.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const exchange = await engine.exchanges.of(position.account);
    return { candles: await exchange.fetchCandles(position.market, interval, limit) };
  },
  'positions.forget': async ({ engine }, { positionId }) => {
    const position = await engine.table.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const links = (await engine.table.listLinks(positionId)).filter((link) => link.revokedAt === undefined);
    for (const link of links) await revokeLink(engine, link.linkId);
    if (
      !(await engine.table.deletePosition(positionId)) &&
      (await engine.table.readPosition(positionId)) !== undefined
    )
      throw new Fault('conflict', `${positionId} is being closed just now. Try again when that is over.`);
    return { positionId, linksRevoked: links.length };
  },
  'positions.close': async ({ engine }, { positionId }) => {
    const position = await engine.table.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    return closeNow(engine, position);
  },
  'positions.closeAll': async ({ engine, accounts }, { account, positionIds }) => {
    const until = engine.now() + beginForMs;
    const unreadable: string[] = [];
    const open = await engine.table.listPositions('open', (positionId) => unreadable.push(positionId));
    const positions = open.filter(
      (position) =>
        !isFinal(position.state) &&
        (account === undefined || position.account === account) &&
        (positionIds === undefined || positionIds.includes(position.positionId)),
    );
    if (positions.length === 0) await mustExist(accounts, account);
    const reports = await inParallel(positions, 5, async (position) =>
      engine.now() < until ? closeNow(engine, position) : notBegun(position),
    );
    // Whose they are is not known either: only who asks for everything hears of them.
    const isAll = positionIds === undefined && account === undefined;
    return { reports: [...reports, ...(isAll ? unreadable.map(notRead) : [])] };
  },
  'positions.resolve': async ({ engine }, { positionId, apply = false }) => {
    const position = await engine.table.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const judged = await judgePosition(engine, position);
    const settled = apply ? await applyVerdict(engine, judged) : judged.position;
    return { position: viewOf(settled), verdict: judged.verdict, because: judged.because, applied: apply };
  },
  'history.list': async ({ engine }, { positionId, linkId, limit = 100 }) => {
    const owners = linkId === undefined ? undefined : (await engine.table.readLink(linkId))?.positionId;
    if (linkId !== undefined && owners === undefined) throw unknownLink(linkId);
    const wanted = owners ?? positionId;
    const ids = wanted === undefined ? latestOf(await engine.table.listPositions('all')) : [wanted];
    const hits = (await inParallel(ids, 10, (id) => engine.table.listHits(id, limit))).flat();
    const chosen = hits.filter((hit) => linkId === undefined || hit.linkId === linkId);
    return { hits: countResends(chosen).slice(0, limit) };
  },
  'links.create': ({ engine, baseUrl }, input) => createLink(engine, input, baseUrl),
  'links.list': async ({ engine }, { positionId }) => {
    const [links, positions, paused] = await Promise.all([
      engine.table.listLinks(positionId),
      engine.table.listPositions('all'),
      engine.table.isPaused(),
    ]);
    // A forgotten position's links are listed; where there is nothing, its id may be mistyped.
    if (
      positionId !== undefined &&
      links.length === 0 &&
      (await engine.table.readPosition(positionId)) === undefined
    )
      throw unknownPosition(positionId);
    const positionOf = new Map(positions.map((position) => [position.positionId, position]));
    const views = links.map((link) => linkViewOf(link, positionOf.get(link.positionId), engine.now()));
    return { links: views, paused };
  },
  'links.preview': async ({ engine }, { linkId }) => {
    const { link, paused } = await engine.table.openLink(linkId);
    if (link === undefined) throw unknownLink(linkId);
    const known = await engine.table.readPosition(link.positionId);
    if (known === undefined) throw unknownPosition(link.positionId);
    const position = isSettled(known) ? known : await refresh(engine, known);
    const view = linkViewOf(link, position, engine.now());
    return { link: view, position: viewOf(position), ...previewOf(view, position, paused) };
  },
  'links.pause': async ({ engine }) => {
    await engine.table.setPaused(true);
    return { paused: true };
  },
  'links.resume': async ({ engine }) => {
    await engine.table.setPaused(false);
    return { paused: false };
  },
  'links.revoke': async ({ engine }, { linkId }) => ({ link: await revokeLink(engine, linkId) }),
  'notify.test': ({ notifiers }) => tryChannels(notifiers),
  'accounts.add': async ({ accounts }, input) => ({ account: await addAccount(accounts, input) }),
  'accounts.list': async ({ accounts }) => ({ accounts: await accounts.list() }),
  'accounts.open': ({ engine }, { name }) => listOpen(engine, name),
  'accounts.remove': async ({ engine, accounts }, { name }) => {
    await accounts.read(name);
    const user = (await engine.table.listPositions('open')).find(
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
  'accounts.check': async ({ engine, accounts }, { name }) => {
    const { exchange } = await accounts.read(name, { fresh: true });
    const permissions = await (await engine.exchanges.of(name)).fetchPermissions();
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
const beginForMs = 18_000;

const notBegun = ({ positionId, symbol }: Position): CommandResult<'positions.close'> => ({
  positionId,
  symbol,
  status: 503,
  outcome: 'not-begun',
  detail: 'Nothing was done about it yet: the time of this call was up. Ask again.',
});

const notRead = (positionId: string): CommandResult<'positions.close'> => ({
  positionId,
  symbol: '?',
  status: 500,
  outcome: 'unreadable',
  detail: 'Its item in the table can not be read by this version: close it at the exchange.',
});

/** Closes as a link would, and records it as one. */
const closeNow = async (engine: Engine, position: Position): Promise<CommandResult<'positions.close'>> => {
  const { positionId, symbol } = position;
  const intent = { linkId: byHand, action: 'close' } as const;
  try {
    const result = await claimAndRun(engine, positionId, intent);
    const standing = result.kind === 'ran' ? result.standing : undefined;
    const current = standing?.position ?? (result.kind === 'ran' ? undefined : result.position) ?? position;
    const answer =
      result.kind === 'busy' ? busy : answerOf({ position: current, ending: standing?.ending }, 'close');
    const by = { method: 'admin', sourceIp: undefined, userAgent: undefined };
    await recordHit(
      engine,
      { ...intent, positionId },
      by,
      answer,
      (standing ?? (result.kind === 'refused' ? result.recovered : undefined))?.requests ?? [],
    );
    const { body, status } = answer;
    return 'outcome' in body
      ? { positionId, symbol, status, outcome: body.outcome, detail: body.detail }
      : { positionId, symbol, status, outcome: body.status, detail: body.message };
  } catch (thrown) {
    // One position's trouble must not keep the others open.
    const fault = asFault(thrown);
    return {
      positionId,
      symbol,
      status: httpStatusOf(fault.code),
      outcome: fault.code,
      detail: fault.message,
    };
  }
};

const isSettled = (position: Position): boolean => isFinal(position.state) || position.state === 'claimed';

/** A view of what the exchange says now, or of what was known, with the reason why it is old. */
const liveView = async (engine: Engine, position: Position, links?: number): Promise<PositionView> => {
  const counted = links === undefined ? {} : { links };
  if (isSettled(position)) return viewOf(position, counted);
  const current = await orStale(() => refresh(engine, position));
  return 'stale' in current ? viewOf(position, { ...counted, ...current }) : viewOf(current, counted);
};
