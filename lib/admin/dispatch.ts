import { z } from 'zod';
import { Fault, toFault } from '../fault.ts';
import { type LogFields, toErrorCode } from '../log.ts';
import type { AdminServices } from './admin-services.ts';
import {
  type AdminAnswer,
  type CommandInput,
  type CommandName,
  type CommandResult,
  commands,
} from './contract/commands.ts';
import { handlers } from './handlers.ts';
import { logCommand, toLogContext } from './log-command.ts';

/**
 * Runs one admin payload. It never throws: every failure is an answer.
 * @param requestId of the invocation, for the log.
 */
export async function runAdmin(
  adminServices: AdminServices,
  payload: unknown,
  requestId?: string,
): Promise<AdminAnswer> {
  const { log, services } = adminServices;
  const startedAt = services.now();
  let logContext: LogFields = { requestId };
  const toLogFields = (outcome: string): LogFields => ({
    ...logContext,
    outcome,
    ms: services.now() - startedAt,
  });
  try {
    const { name, fields } = parseCommand(payload);
    const input = parseInput(name, fields);
    logContext = { ...logContext, ...toLogContext(name, input) };
    if (adminServices.linksHalted === true) refuseAction(name, input);
    const result = await handle(adminServices, name, input);
    // The console polls every few seconds, so commands that change nothing are not logged.
    if (!readOnlyCommands.has(name)) logCommand(log, result, toLogFields('ok'));
    return { ok: true, result };
  } catch (thrown) {
    const { code } = toFault(thrown);
    if (code === 'internal') log.event('command-failed', toLogFields(toErrorCode(thrown)));
    else log.event('command', toLogFields(code));
    return toErrorAnswer(thrown);
  }
}

/** @returns the answer to anything thrown. Only the owner reads it, so it has the fault's detail. */
export function toErrorAnswer(thrown: unknown): AdminAnswer {
  const { code, message, detail, hint, issues } = toFault(thrown);
  return { ok: false, error: { code, message, detail, hint, issues } };
}

/** Commands that change nothing, neither in the table nor at the exchange. */
const readOnlyCommands: ReadonlySet<CommandName> = new Set<CommandName>([
  'positions.list',
  'positions.get',
  'positions.candles',
  'positions.prices',
  'positions.preview',
  'links.list',
  'links.plan',
  'links.preview',
  'history.list',
  'changes.list',
  'accounts.list',
  'accounts.open',
  'accounts.market',
  'notify.list',
]);

/** Commands that send an order, or make a position or change one, by what the table says of it. */
const actingCommands: ReadonlySet<CommandName> = new Set<CommandName>([
  'positions.adopt',
  'positions.open',
  'positions.close',
  'positions.closeAll',
  'positions.setExits',
  'positions.resolve',
]);

/**
 * Throws `conflict`. While links are halted, the table may be a past one that was not compared with the exchange, or one
 * that is about to be replaced.
 */
function refuseAction(name: CommandName, input: object): void {
  const onlyShows = name === 'positions.resolve' && !('apply' in input && input.apply === true);
  if (!actingCommands.has(name) || onlyShows) return;
  throw new Fault('conflict', `Links are halted while a backup is restored, so ${name} does nothing.`, {
    hint: {
      text: "Use the exchange's own app to close a position now. To finish the restore:",
      command: 'restore',
    },
  });
}

function parseCommand(payload: unknown): { name: CommandName; fields: object } {
  const parsed = z.looseObject({ command: z.string() }).safeParse(payload);
  if (!parsed.success)
    throw new Fault('invalid-input', 'The payload is not a command.', {
      hint: { text: 'Expected {"command":"positions.list", …}.' },
    });
  const { command, ...fields } = parsed.data;
  if (!isCommandName(command))
    throw new Fault('invalid-input', `There is no command "${command}".`, {
      hint: { text: `Expected one of: ${Object.keys(commands).join(', ')}.` },
    });
  return { name: command, fields };
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

const inputSchemas: { [Name in CommandName]: { input: z.ZodType<CommandInput<Name>> } } = commands;

function parseInput<Name extends CommandName>(name: Name, fields: object): CommandInput<Name> {
  const parsed = inputSchemas[name].input.safeParse(fields);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'payload'}: ${message}`);
  throw new Fault('invalid-input', `Invalid input: ${issues.join('; ')}. Nothing was done.`, { issues });
}

function handle<Name extends CommandName>(
  adminServices: AdminServices,
  name: Name,
  input: CommandInput<Name>,
): Promise<CommandResult<Name>> {
  return handlers[name](adminServices, input);
}
