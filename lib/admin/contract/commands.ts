import { z } from 'zod';
import { accountsCommands } from './accounts.ts';
import { historyCommands } from './history.ts';
import { linksCommands } from './links.ts';
import { notifyCommands } from './notify.ts';
import { positionsCommands } from './positions.ts';

export type { PositionView } from '../../position/position-view.ts';
export type { OpenOrderView } from './accounts.ts';
export type { HitView } from './history.ts';
export type { LinkView } from './links.ts';

/**
 * The admin contract: what the admin function accepts and returns, what the command line sends, and what
 * docs/reference/admin-api.md documents. Payload `{"command": name, …input}`; answer `{"ok":true,"result":…}` or
 * `{"ok":false,"error":{code,message,issues}}`.
 */
export const commands = {
  ...positionsCommands,
  ...historyCommands,
  ...linksCommands,
  ...notifyCommands,
  ...accountsCommands,
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
      /** The whole sentence: what happened, and what to do next. */
      message: z.string(),
      /** The same without its hint, for a face that renders the hint itself. */
      detail: z.string().optional(),
      /** `command` is a command line without the word `ripcord`. */
      hint: z.object({ text: z.string(), command: z.string().optional() }).optional(),
      issues: z.array(z.string()),
    }),
  }),
]);
export type AdminAnswer = z.infer<typeof adminAnswerSchema>;
