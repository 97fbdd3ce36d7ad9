import { useState } from 'preact/hooks';
import type { PositionView } from '../../../lib/admin/contract/commands.ts';
import { type CommandRequest, call } from '../api.ts';
import { Check } from '../control/check.tsx';
import { Dialog } from '../control/dialog.tsx';
import { SaveFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { LabelField } from '../control/label-field.tsx';
import { PositionTitle } from '../control/pill.tsx';
import { TagField } from '../control/tag-field.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { toSummary } from '../exits/form-errors.ts';
import { useFirstError } from '../exits/use-first-error.ts';
import { refresh } from '../store.ts';

/** A position's name, its tag, and whether a missing stop is reported. Nothing is sent to the exchange. */
export function EditDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const [label, setLabel] = useState(position.label ?? '');
  const [tag, setTag] = useState(position.tag ?? '');
  const [isWatched, setWatched] = useState(position.nakedWatch !== false);
  const { busy, error, fieldErrors, run } = useTask();
  const form = useFirstError(fieldErrors);
  const save = () =>
    run(async () => {
      await saveChange(position, toChange(position, { label, tag, isWatched }));
      onClose();
      await refresh();
    });
  return (
    <Dialog title="Edit this position" subtitle={<PositionTitle position={position} />} onClose={onClose}>
      <Form onSubmit={save}>
        <div ref={form} class="dialog-body">
          <div class="fields two">
            <LabelField value={label} error={fieldErrors.get('label')} onInput={setLabel} />
            <TagField value={tag} error={fieldErrors.get('tag')} onInput={setTag} />
          </div>
          <p class="help">A link for a tag acts on the positions that have it when an alert arrives.</p>
          <Check
            isChecked={isWatched}
            help="When a stop of this position is missing at the exchange for 2 minutes."
            onChange={setWatched}
          >
            Notify me of a missing stop
          </Check>
          <ErrorText>{toSummary(error, fieldErrors, /^(label|tag)$/)}</ErrorText>
        </div>
        <SaveFooter busy={busy} onClose={onClose} />
      </Form>
    </Dialog>
  );
}

type Change = Omit<CommandRequest<'positions.edit'>, 'positionId'>;

async function saveChange({ positionId }: PositionView, change: Change): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await call('positions.edit', { positionId, ...change });
  showToast('Position changed. Nothing was sent to the exchange.');
}

function toChange(position: PositionView, typed: { label: string; tag: string; isWatched: boolean }): Change {
  return {
    ...toText('label', position.label, typed.label),
    ...toText('tag', position.tag, typed.tag),
    ...(typed.isWatched === (position.nakedWatch !== false) ? {} : { nakedWatch: typed.isWatched }),
  };
}

function toText(name: 'label' | 'tag', before = '', typed: string): Change {
  const text = typed.trim();
  if (text === before) return {};
  return { [name]: text === '' ? null : text };
}
