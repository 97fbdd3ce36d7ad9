import { useRef, useState } from 'preact/hooks';
import type { CommandResult, PositionView } from '../../../lib/admin/contract/commands.ts';
import { ask } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { Trouble } from '../control/field.tsx';
import { StagePill } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { type Action, actions, effectNow, marketName } from '../labels.ts';
import { refresh } from '../store.ts';
import { Made } from './created-link.tsx';
import { type LinkChoices, LinkOptions, noChoices, optionsOf } from './link-options.tsx';

/** The two things a link can do, then the link itself. */
export function CreateDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const [action, setAction] = useState<Action>('close');
  const [choices, setChoices] = useState<LinkChoices>(noChoices);
  const [made, setMade] = useState<CommandResult<'links.create'> | undefined>(undefined);
  const [warned, setWarned] = useState(false);
  const copied = useRef(false);
  const { busy, trouble, run } = useTask();

  const create = () =>
    run(async () => {
      const { positionId } = position;
      setMade(await ask('links.create', { positionId, action, ...optionsOf(choices, action) }));
      await refresh();
    });
  // The URL is shown this once: the first attempt to leave without it only says so.
  const mayClose = (): boolean => {
    if (made === undefined || copied.current || warned) return true;
    setWarned(true);
    return false;
  };
  return (
    <Dialog
      title={made === undefined ? 'Create Webhook Link' : 'Your webhook link'}
      subtitle={
        <>
          {marketName(position.symbol)} {position.side} <StagePill position={position} />
        </>
      }
      mayClose={mayClose}
      onClose={onClose}
    >
      {made === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create();
          }}
        >
          <div class="dialog-body">
            <fieldset class="choices">
              <legend class="unseen">What the link does</legend>
              {(['close', 'keep'] as const).map((each) => (
                <label key={each} class="choice">
                  <input
                    type="radio"
                    name="action"
                    value={each}
                    checked={action === each}
                    onChange={() => setAction(each)}
                  />
                  <span>
                    <strong>{actions[each].title}</strong>
                    <span>{actions[each].rule}</span>
                    <span class="effect">{effectNow(each, position)}</span>
                  </span>
                </label>
              ))}
            </fieldset>
            <LinkOptions choices={choices} action={action} onChange={setChoices} />
            <Trouble>{trouble}</Trouble>
          </div>
          <footer>
            <button type="submit" class="primary" disabled={busy}>
              {busy ? 'Creating…' : 'Create link'}
            </button>
          </footer>
        </form>
      ) : (
        <Made
          made={made}
          position={position}
          warned={warned}
          onCopied={() => {
            copied.current = true;
          }}
        />
      )}
    </Dialog>
  );
}
