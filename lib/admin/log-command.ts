import type { Log, LogFields } from '../log.ts';
import type { CommandName, CommandResult } from './contract/commands.ts';

/** A line for each position or link that a command was about, so that a restored table can be compared with them. */
export function sayCommand(log: Log, result: CommandResult<CommandName>, fields: LogFields): void {
  const subjects = subjectsOf(result);
  for (const subject of subjects.length === 0 ? [{}] : subjects)
    log.event('command', { ...fields, ...subject });
}

/** Ids, and what came of closing: nothing else of a result is for the log. */
function subjectsOf(result: CommandResult<CommandName>): LogFields[] {
  if ('reports' in result)
    return result.reports.flatMap((report) => ('positionId' in report ? [closingOf(report)] : []));
  if ('link' in result) return [{ positionId: result.link.positionId, linkId: result.link.linkId }];
  if ('position' in result) return [{ positionId: result.position.positionId }];
  if (!('positionId' in result)) return [];
  return ['outcome' in result ? closingOf(result) : { positionId: result.positionId }];
}

function closingOf({ positionId, outcome, status }: CommandResult<'positions.close'>): LogFields {
  return {
    positionId,
    outcome,
    status,
  };
}
