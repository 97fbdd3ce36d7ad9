import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { ErrorText } from '../control/field.tsx';
import { useTask } from '../control/use-task.ts';
import { exchangeName, hasEnded } from '../labels.ts';
import { type AccountView, accounts, positions } from '../store.ts';

function AccountRow({ account }: { account: AccountView }) {
  const [warnings, setWarnings] = useState<string[] | undefined>(undefined);
  const { busy, error, run } = useTask();
  const { name, exchange, testOnly, problem } = account;
  const check = () => run(async () => setWarnings((await call('accounts.check', { name })).warnings));
  const open = (positions.value ?? []).filter((each) => each.account === name && !hasEnded(each)).length;
  return (
    <li>
      <div class="account">
        <span>
          <strong>{name}</strong>
          <span class="sub">
            {exchange === undefined ? (testOnly ?? problem) : exchangeName(exchange)} · {open} open
          </span>
        </span>
        <button
          type="button"
          class="small"
          disabled={busy}
          aria-label={`Check account ${name}`}
          onClick={check}
        >
          {busy ? 'Checking…' : 'Check'}
        </button>
      </div>
      <ErrorText>{error}</ErrorText>
      <div role="status">{warnings === undefined ? null : <CheckResult warnings={warnings} />}</div>
    </li>
  );
}

function CheckResult({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return <p class="help gain">Key works; permissions are minimal.</p>;
  return (
    <>
      {warnings.map((warning) => (
        <p key={warning} class="help warn">
          {warning}
        </p>
      ))}
    </>
  );
}

/** The exchange accounts, and what their keys may do. */
export function Accounts() {
  return (
    <section class="card">
      <h2>Accounts</h2>
      {accounts.value?.length === 0 ? (
        <p class="muted card-body">No accounts yet.</p>
      ) : (
        <ul class="accounts">
          {(accounts.value ?? []).map((account) => (
            <AccountRow key={account.name} account={account} />
          ))}
        </ul>
      )}
      <p class="card-foot">
        API keys never pass through a browser. Add them in a terminal: <code>ripcord accounts add</code>
      </p>
    </section>
  );
}
