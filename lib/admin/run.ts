import { z } from 'zod';
import type { Accounts } from '../account/account.ts';
import type { Engine } from '../engine.ts';
import { asFault, Fault } from '../fault.ts';
import { createLink, linkViewOf, revokeLink, unknownPosition } from '../link/manage.ts';
import { inParallel } from '../parallel.ts';
import { adoptPosition } from '../position/adopt.ts';
import { orStale } from '../position/look.ts';
import { openPosition } from '../position/open.ts';
import { isFinal, type Position } from '../position/position.ts';
import { refresh } from '../position/refresh.ts';
import { viewOf } from '../position/view.ts';
import {
  type AdminAnswer,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
  type PositionView,
} from './commands.ts';

export interface AdminServices {
  engine: Engine;
  accounts: Accounts;
  /** What links start with. */
  baseUrl: string;
}

type Handlers = {
  [Name in CommandName]: (services: AdminServices, input: CommandInput<Name>) => Promise<CommandResult<Name>>;
};

/** Runs one admin payload. Never throws: whatever goes wrong is an answer. */
export const runAdmin = async (services: AdminServices, payload: unknown): Promise<AdminAnswer> => {
  try {
    const { name, input } = parsePayload(payload);
    // The schema that parsed the input is the one its handler is typed by.
    const handler = handlers[name] as (services: AdminServices, input: unknown) => Promise<unknown>;
    return { ok: true, result: await handler(services, input) };
  } catch (thrown) {
    const fault = asFault(thrown);
    // Only the class of what is not ours: its message may hold anything.
    if (fault.code === 'internal')
      console.error(JSON.stringify({ event: 'admin-failed', error: nameOf(fault.cause) }));
    return { ok: false, error: { code: fault.code, message: fault.message, issues: fault.issues } };
  }
};

const nameOf = (cause: unknown): string =>
  cause instanceof Error ? `${cause.name}: ${cause.stack?.split('\n')[1]?.trim() ?? ''}` : typeof cause;

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

const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name);

const handlers: Handlers = {
  'positions.adopt': async ({ engine, accounts }, input) => {
    const { exchange } = await accounts.read(input.account);
    return { position: viewOf(await adoptPosition(engine, input, exchange)) };
  },
  'positions.open': async ({ engine, accounts }, input) => {
    const { exchange } = await accounts.read(input.account);
    return { position: await liveView(engine, await openPosition(engine, input, exchange)) };
  },
  'positions.list': async ({ engine }, { open, account }) => {
    const [positions, links] = await Promise.all([
      engine.table.listPositions('all'),
      engine.table.listLinks(),
    ]);
    const wanted = positions.filter((position) => account === undefined || position.account === account);
    const views = await inParallel(wanted, 5, (position) =>
      liveView(
        engine,
        position,
        links.filter((link) => link.positionId === position.positionId && !link.revokedAt).length,
      ),
    );
    const isOver = (view: PositionView) => view.status === 'closed' || view.status === 'canceled';
    return { positions: open === true ? views.filter((view) => !isOver(view)) : views };
  },
  'positions.get': async ({ engine }, { positionId }) => {
    const position = await engine.table.readPosition(positionId);
    if (position === undefined) throw unknownPosition(positionId);
    const links = await engine.table.listLinks(positionId);
    return { position: await liveView(engine, position, links.filter((link) => !link.revokedAt).length) };
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
  'links.create': ({ engine, baseUrl }, input) => createLink(engine, input, baseUrl),
  'links.list': async ({ engine }, { positionId }) => ({
    links: (await engine.table.listLinks(positionId)).map(linkViewOf),
  }),
  'links.revoke': async ({ engine }, { linkId }) => ({ link: await revokeLink(engine, linkId) }),
  'accounts.add': async ({ accounts }, { name, account }) => {
    await accounts.write(name, account);
    return { account: { name, exchange: account.exchange } };
  },
  'accounts.list': async ({ accounts }) => ({ accounts: await accounts.list() }),
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

/** A view of what the exchange says now, or of what was known, with the reason why it is old. */
const liveView = async (engine: Engine, position: Position, links?: number): Promise<PositionView> => {
  const counted = links === undefined ? {} : { links };
  if (isFinal(position.state) || position.state === 'claimed') return viewOf(position, counted);
  const current = await orStale(() => refresh(engine, position));
  return 'stale' in current ? viewOf(position, { ...counted, ...current }) : viewOf(current, counted);
};
