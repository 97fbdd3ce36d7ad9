import { useEffect, useState } from 'preact/hooks';
import type { CommandInput } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { AccountField } from '../control/account-field.tsx';
import { Dialog } from '../control/dialog.tsx';
import { ErrorText } from '../control/field.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { marketName } from '../labels.ts';
import { paths } from '../route.ts';
import { refresh, tradingAccounts } from '../store.ts';
import { AdoptForm } from './adopt-form.tsx';
import { type Candidate, toCandidates } from './adoptable.ts';

/** Adopts what is open at the exchange: first the choice of it, then its orders. */
export function AdoptDialog({ onClose }: { onClose: () => void }) {
  const [account, setAccount] = useState(tradingAccounts.value?.[0]?.name ?? '');
  const [chosen, setChosen] = useState<Candidate | undefined>(undefined);
  if (chosen !== undefined)
    return (
      <Dialog
        title={`Adopt ${marketName(chosen.symbol)} ${chosen.side}`}
        subtitle={`Account ${account}`}
        onClose={onClose}
      >
        <ChosenForm
          candidate={chosen}
          account={account}
          onBack={() => setChosen(undefined)}
          onAdopted={onClose}
        />
      </Dialog>
    );
  return (
    <Dialog
      title="Adopt a position"
      subtitle="Ripcord manages what is already open. Nothing changes at the exchange."
      onClose={onClose}
    >
      <div class="dialog-body">
        <AccountField account={account} onChange={setAccount} />
        {/* Each account has its own: a late answer about another one must not fill the list. */}
        <Candidates key={account} account={account} onChoose={setChosen} />
      </div>
    </Dialog>
  );
}

function ChosenForm({
  candidate,
  account,
  onBack,
  onAdopted,
}: {
  candidate: Candidate;
  account: string;
  onBack: () => void;
  onAdopted: () => void;
}) {
  const { busy, error, fieldErrors, run } = useTask();
  const adopt = (input: CommandInput<'positions.adopt'>) =>
    run(async () => {
      const { position } = await call('positions.adopt', input);
      onAdopted();
      showToast(`Adopted ${marketName(position.symbol)} ${position.side}. Nothing changed at the exchange.`);
      await refresh();
      location.hash = paths.position(position.positionId);
    });
  return (
    <AdoptForm
      candidate={candidate}
      account={account}
      busy={busy}
      error={error}
      fieldErrors={fieldErrors}
      onBack={onBack}
      onAdopt={adopt}
    />
  );
}

function Candidates({ account, onChoose }: { account: string; onChoose: (chosen: Candidate) => void }) {
  const [candidates, setCandidates] = useState<Candidate[] | undefined>(undefined);
  const { busy, error, run } = useTask();
  useEffect(() => {
    run(async () => setCandidates(toCandidates(await call('accounts.open', { name: account }))));
  }, []);
  return (
    <>
      <ErrorText>{error}</ErrorText>
      <div aria-live="polite">
        {candidates === undefined && busy ? (
          <p class="muted">Reading open orders and positions from the exchange…</p>
        ) : null}
        {candidates === undefined ? null : <CandidateList candidates={candidates} onChoose={onChoose} />}
      </div>
    </>
  );
}

function CandidateList({
  candidates,
  onChoose,
}: {
  candidates: Candidate[];
  onChoose: (chosen: Candidate) => void;
}) {
  if (candidates.length === 0)
    return <p class="muted">Nothing is open that Ripcord doesn't manage already.</p>;
  return (
    <ul class="candidates">
      {candidates.map((candidate) => (
        <li key={candidate.key}>
          <button type="button" class="candidate" onClick={() => onChoose(candidate)}>
            <span>
              <strong>{marketName(candidate.symbol)}</strong> {candidate.side}
            </span>
            <span class="muted">{describeCandidate(candidate)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function describeCandidate({ held, entries, exits }: Candidate): string {
  return [
    ...(held === undefined ? [] : [`holds ${held.amount}`]),
    ...describeCount(entries.length, 'entry order', 'entry orders'),
    ...describeCount(exits.length, 'exit order', 'exit orders'),
  ].join(', ');
}

function describeCount(count: number, singular: string, plural: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? singular : plural}`];
}
