import { useState } from 'preact/hooks';
import type { CommandResult } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { Trouble } from '../control/field.tsx';
import { useTask } from '../control/use-task.ts';
import { exchangeName, isOver } from '../labels.ts';
import { type AccountView, accounts, positions } from '../store.ts';

function AccountRow({ account }: { account: AccountView }) {
  const [told, setTold] = useState<CommandResult<'accounts.check'> | undefined>(undefined);
  const { busy, trouble, run } = useTask();
  const open = (positions.value ?? []).filter(
    (each) => each.account === account.name && !isOver(each),
  ).length;
  return (
    <li>
      <div class="account">
        <span>
          <strong>{account.name}</strong>
          <span class="sub">
            {exchangeName(account.exchange)} · {open} open
          </span>
        </span>
        <button
          type="button"
          class="small"
          disabled={busy}
          aria-label={`Check account ${account.name}`}
          onClick={() => run(async () => setTold(await ask('accounts.check', { name: account.name })))}
        >
          {busy ? 'Checking…' : 'Check'}
        </button>
      </div>
      <Trouble>{trouble}</Trouble>
      <div role="status">
        {told === undefined ? null : told.warnings.length === 0 ? (
          <p class="help gain">The key works, and may do no more than it needs.</p>
        ) : (
          told.warnings.map((warning) => (
            <p key={warning} class="help warn">
              {warning}
            </p>
          ))
        )}
      </div>
    </li>
  );
}

/** The exchange accounts, and what their keys may do. */
export function Accounts() {
  return (
    <section class="card">
      <h2>Accounts</h2>
      {accounts.value?.length === 0 ? (
        <p class="muted card-body">None yet.</p>
      ) : (
        <ul class="accounts">
          {(accounts.value ?? []).map((account) => (
            <AccountRow key={account.name} account={account} />
          ))}
        </ul>
      )}
      <p class="card-foot">
        Add or change keys in a terminal, never here: <code>ripcord accounts add</code>
      </p>
    </section>
  );
}
