import { z } from 'zod';
import { linkIdSchema } from '../link/link.ts';
import type { Log, LogFields } from '../log.ts';
import { positionIdSchema } from '../position/position.ts';
import type { CommandInput, CommandName, CommandResult } from './contract/commands.ts';

const idsSchema = z.object({ positionId: positionIdSchema.optional(), linkId: linkIdSchema.optional() });

/** What every line about a command has. Of its input only ids are logged, never a credential. */
export function toLogContext(name: CommandName, input: CommandInput<CommandName>): LogFields {
  return { code: name, ...idsSchema.parse(input) };
}

/** One line per position or link of the result, so that a restored table can be compared with the log. */
export function logCommand(log: Log, result: CommandResult<CommandName>, fields: LogFields): void {
  const subjects = toSubjects(result);
  for (const subject of subjects.length === 0 ? [{}] : subjects)
    log.event('command', { ...fields, ...subject });
}

/** Ids, and what closing did: nothing else of a result is logged. */
function toSubjects(result: CommandResult<CommandName>): LogFields[] {
  if ('reports' in result)
    return result.reports.flatMap((report) => ('positionId' in report ? [toCloseFields(report)] : []));
  if ('link' in result) return [{ positionId: result.link.positionId, linkId: result.link.linkId }];
  if ('position' in result) return [{ positionId: result.position.positionId }];
  if (!('positionId' in result)) return [];
  return ['outcome' in result ? toCloseFields(result) : { positionId: result.positionId }];
}

function toCloseFields({ positionId, outcome, status }: CommandResult<'positions.close'>): LogFields {
  return { positionId, outcome, status };
}
