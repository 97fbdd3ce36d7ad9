import { type AdminAnswer, adminAnswerSchema, type CommandName } from '../../lib/admin/contract/commands.ts';
import type { Lambda } from './lambda.ts';

/** Hands a command to the admin function, wherever that is. */
export type Relay = (command: CommandName, input: Record<string, unknown>) => Promise<AdminAnswer>;

/** Hands the console's commands to the admin function of this machine. */
export function createRelay(admin: Lambda): Relay {
  return async (command, input) => {
    const invocation = await admin.invoke({ ...input, command });
    if (invocation.kind === 'answered') return adminAnswerSchema.parse(JSON.parse(invocation.payload));
    const message = `The admin function failed (${invocation.errorType}). Look before you repeat it: it may have been done.`;
    return { ok: false, error: { code: 'function-failed', message, issues: [] } };
  };
}
