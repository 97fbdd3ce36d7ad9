import { useRef, useState } from 'preact/hooks';
import type { CommandResult, PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { PositionTitle } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { describeEffect } from '../effect.ts';
import { type Action, actionTitle, describeAction } from '../labels.ts';
import { refresh } from '../store.ts';
import { CreatedLink } from './created-link.tsx';
import { type LinkChoices, noChoices, toLinkInput, toPercent } from './link-input.ts';
import { LinkOptions } from './link-options.tsx';

type Created = CommandResult<'links.create'>;

/** The two things that a link can do, then the link itself. */
export function CreateDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const [created, setCreated] = useState<Created | undefined>(undefined);
  const [warned, setWarned] = useState(false);
  const copied = useRef(false);
  // The URL can't be shown again, so the first attempt to leave without it only warns.
  const mayClose = (): boolean => {
    if (created === undefined || copied.current || warned) return true;
    setWarned(true);
    return false;
  };
  return (
    <Dialog
      title={created === undefined ? 'Create Webhook Link' : 'Your webhook link'}
      subtitle={<PositionTitle position={position} />}
      mayClose={mayClose}
      onClose={onClose}
    >
      {created === undefined ? (
        <CreateForm position={position} onCreated={setCreated} />
      ) : (
        <CreatedLink
          created={created}
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

function CreateForm({
  position,
  onCreated,
}: {
  position: PositionView;
  onCreated: (created: Created) => void;
}) {
  const [action, setAction] = useState<Action>('close');
  const [choices, setChoices] = useState<LinkChoices>(noChoices);
  const { busy, error, run } = useTask();
  const { positionId } = position;
  const options = [{ action: 'close', percent: toPercent(choices) }, { action: 'keep' }] as const;
  const create = () =>
    run(async () => {
      onCreated(await call('links.create', { positionId, action, ...toLinkInput(choices, action) }));
      await refresh();
    });
  return (
    <Form onSubmit={create}>
      <div class="dialog-body">
        <fieldset class="choices">
          <legend class="unseen">What the link does</legend>
          {options.map((planned) => (
            <ActionChoice
              key={planned.action}
              planned={planned}
              position={position}
              isChosen={action === planned.action}
              onChoose={setAction}
            />
          ))}
        </fieldset>
        <LinkOptions choices={choices} action={action} onChange={setChoices} />
        <ErrorText>{error}</ErrorText>
      </div>
      <DialogFooter busy={busy} primary={{ label: 'Create link', busyLabel: 'Creating…' }} />
    </Form>
  );
}

function ActionChoice({
  planned,
  position,
  isChosen,
  onChoose,
}: {
  planned: { action: Action; percent?: number | undefined };
  position: PositionView;
  isChosen: boolean;
  onChoose: (action: Action) => void;
}) {
  const { action, percent } = planned;
  return (
    <label class="choice">
      <input type="radio" name="action" value={action} checked={isChosen} onChange={() => onChoose(action)} />
      <span>
        <strong>{actionTitle({ action })}</strong>
        <span>{describeAction(action, percent)}</span>
        <span class="effect">If fired now: {describeEffect(planned, position)}</span>
      </span>
    </label>
  );
}
