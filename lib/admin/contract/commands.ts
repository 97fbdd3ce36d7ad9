import { z } from 'zod';
import { accountsCommands } from './accounts.ts';
import { historyCommands } from './history.ts';
import { linksCommands } from './links.ts';
import { notifyCommands } from './notify.ts';
import { positionsCommands } from './positions.ts';
import { restoreCommands } from './restore.ts';
import { venuesCommands } from './venues.ts';

export type { PositionView } from '../../position/position-view.ts';
export type { OpenOrderView } from './accounts.ts';
export type { HitView } from './history.ts';
export type { LinkView } from './links.ts';
export type { ExperimentResultView } from './venues.ts';

/**
 * The admin contract: what the admin function accepts and returns. The payload is `{"command": name, …input}`, the
 * answer `{"ok":true,"result":…}` or `{"ok":false,"error":{code,message,detail,hint?,issues}}`. The command line and
 * the console parse by the same schemas, and docs/reference/admin-api.md is generated from them.
 */
export const commands = {
  ...positionsCommands,
  ...historyCommands,
  ...linksCommands,
  ...notifyCommands,
  ...accountsCommands,
  ...restoreCommands,
  ...venuesCommands,
} as const;

export type CommandName = keyof typeof commands;
export type CommandInput<Name extends CommandName> = z.infer<(typeof commands)[Name]['input']>;
export type CommandResult<Name extends CommandName> = z.infer<(typeof commands)[Name]['result']>;

export const adminAnswerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      /** `detail` and `hint` as one text. */
      message: z.string(),
      /** What happened, and what is unchanged. */
      detail: z.string().optional(),
      /** What to do next. `command` is a command line without the word `ripcord`. */
      hint: z.object({ text: z.string(), command: z.string().optional() }).optional(),
      /** Each finding about the input as `path: message`. */
      issues: z.array(z.string()),
    }),
  }),
]);
export type AdminAnswer = z.infer<typeof adminAnswerSchema>;
