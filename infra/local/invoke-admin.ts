import { type AdminAnswer, adminAnswerSchema, type CommandName } from '../../lib/admin/contract/commands.ts';
import type { Lambda } from './lambda.ts';

/** Invokes the admin function, local or deployed, with a command. */
export type InvokeAdmin = (command: CommandName, input: Record<string, unknown>) => Promise<AdminAnswer>;

/** Invokes the admin function of this machine. */
export function createInvokeAdmin(admin: Lambda): InvokeAdmin {
  return async (command, input) => {
    const invocation = await admin.invoke({ ...input, command });
    if (invocation.kind === 'answered') return adminAnswerSchema.parse(JSON.parse(invocation.payload));
    const detail = `The admin function failed (${invocation.errorType}). The command may have been executed.`;
    const hint = { text: 'Check the positions before you repeat it.' };
    return {
      ok: false,
      error: { code: 'function-failed', message: `${detail} ${hint.text}`, detail, hint, issues: [] },
    };
  };
}
