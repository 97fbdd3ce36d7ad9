import { useEffect, useState } from 'preact/hooks';
import type { CommandInput } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { Trouble } from '../control/field.tsx';
import { say } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { marketName } from '../labels.ts';
import { pathOf } from '../route.ts';
import { accounts, refresh } from '../store.ts';
import { AccountField } from './account-field.tsx';
import { AdoptForm } from './adopt-form.tsx';
import { type Candidate, candidatesOf } from './adoptable.ts';

/** Takes over what is open at the exchange, from a list of it. */
export function AdoptDialog({ onClose }: { onClose: () => void }) {
  const stored = accounts.value ?? [];
  const [account, setAccount] = useState(stored[0]?.name ?? '');
  const [candidates, setCandidates] = useState<Candidate[] | undefined>(undefined);
  const [chosen, setChosen] = useState<Candidate | undefined>(undefined);
  const looking = useTask();
  const adopting = useTask();

  useEffect(() => {
    setCandidates(undefined);
    looking.run(async () => setCandidates(candidatesOf(await ask('accounts.open', { name: account }))));
  }, [account]);

  const adopt = (input: CommandInput<'positions.adopt'>) =>
    adopting.run(async () => {
      const { position } = await ask('positions.adopt', input);
      onClose();
      say(`Adopted ${marketName(position.symbol)} ${position.side}. Nothing has changed at the exchange.`);
      await refresh();
      location.hash = pathOf.position(position.positionId);
    });
  if (chosen !== undefined)
    return (
      <Dialog
        title={`Adopt ${marketName(chosen.symbol)} ${chosen.side}`}
        subtitle={`Account ${account}`}
        onClose={onClose}
      >
        <AdoptForm
          candidate={chosen}
          account={account}
          busy={adopting.busy}
          trouble={adopting.trouble}
          onBack={() => setChosen(undefined)}
          onAdopt={adopt}
        />
      </Dialog>
    );
  return (
    <Dialog
      title="Adopt a position"
      subtitle="Ripcord takes over what is open at the exchange. Nothing changes there."
      onClose={onClose}
    >
      <div class="dialog-body">
        <AccountField account={account} onChange={setAccount} />
        <Trouble>{looking.trouble}</Trouble>
        <div aria-live="polite">
          {candidates === undefined ? (
            looking.busy ? (
              <p class="muted">Asking the exchange what is open…</p>
            ) : null
          ) : candidates.length === 0 ? (
            <p class="muted">Nothing is open there that Ripcord does not have already.</p>
          ) : (
            <ul class="candidates">
              {candidates.map((candidate) => (
                <li key={candidate.key}>
                  <button type="button" class="candidate" onClick={() => setChosen(candidate)}>
                    <span>
                      <strong>{marketName(candidate.symbol)}</strong> {candidate.side}
                    </span>
                    <span class="muted">{describe(candidate)}</span>
                  </button>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function count(number: number, noun: string, nouns: string): string[] {
  return number === 0 ? [] : [`${number} ${number === 1 ? noun : nouns}`];
}

function describe({ holding, entries, exits }: Candidate): string {
  return [
    ...(holding === undefined ? [] : [`holds ${holding.amount}`]),
    ...count(entries.length, 'entry order', 'entry orders'),
    ...count(exits.length, 'exit order', 'exit orders'),
  ].join(', ');
}
