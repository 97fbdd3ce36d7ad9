import { useState } from 'preact/hooks';
import type { CommandResult, PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { PositionTitle } from '../control/pill.tsx';
import { useTask } from '../control/use-task.ts';
import { optionPaths, toSummary } from '../exits/form-errors.ts';
import { useFirstError } from '../exits/use-first-error.ts';
import { type Action, actionTitle, describeAction } from '../labels.ts';
import { refresh } from '../store.ts';
import { usePreview } from '../use-preview.ts';
import { CreatedLinks, useUncopied } from './created-links.tsx';
import { type LinkChoices, noChoices, toLinkInput, toPercent } from './link-input.ts';
import { LinkOptions } from './link-options.tsx';

type Created = CommandResult<'links.create'>;

/** The two things that a link can do, then the link itself: choosing one creates it. */
export function CreateDialog({ position, onClose }: { position: PositionView; onClose: () => void }) {
  const [created, setCreated] = useState<Created[]>([]);
  const { warned, mayClose, onCopied } = useUncopied(created);
  return (
    <Dialog
      title={toTitle(created)}
      subtitle={<PositionTitle position={position} />}
      mayClose={mayClose}
      onClose={onClose}
    >
      {created.length === 0 ? (
        <CreateForm position={position} onCreated={setCreated} />
      ) : (
        <CreatedLinks
          created={created}
          position={position}
          warned={warned}
          mayClose={mayClose}
          onCopied={onCopied}
        />
      )}
    </Dialog>
  );
}

function toTitle(created: Created[]): string {
  if (created.length === 0) return 'Create Webhook Link';
  return created.length === 1 ? 'Your webhook link' : 'Your webhook links';
}

function CreateForm({
  position,
  onCreated,
}: {
  position: PositionView;
  onCreated: (created: Created[]) => void;
}) {
  const [choices, setChoices] = useState<LinkChoices>(noChoices);
  const { busy, error, fieldErrors, run } = useTask();
  const form = useFirstError(fieldErrors);
  const create = (actions: Action[]) =>
    run(async () => {
      await createLinks(position, actions, choices, onCreated);
      await refresh();
    });
  return (
    <Form onSubmit={() => undefined}>
      <div ref={form} class="dialog-body">
        <Choices position={position} percent={toPercent(choices)} busy={busy} onChoose={create} />
        <LinkOptions choices={choices} errors={fieldErrors} onChange={setChoices} />
        <ErrorText>{toSummary(error, fieldErrors, optionPaths)}</ErrorText>
      </div>
    </Form>
  );
}

async function createLinks(
  { positionId }: PositionView,
  actions: Action[],
  choices: LinkChoices,
  onCreated: (created: Created[]) => void,
): Promise<void> {
  const created: Created[] = [];
  try {
    for (const action of actions)
      created.push(await call('links.create', { positionId, action, ...toLinkInput(choices, action) }));
  } finally {
    // If the second one failed, the first one exists nevertheless.
    if (created.length > 0) onCreated(created);
  }
}

function Choices({
  position,
  percent,
  busy,
  onChoose,
}: {
  position: PositionView;
  percent: number | undefined;
  busy: boolean;
  onChoose: (actions: Action[]) => void;
}) {
  const effects = usePreview(position, percent);
  return (
    <div class="choices">
      {(['close', 'keep'] as const).map((action) => (
        <Choice
          key={action}
          title={actionTitle({ action })}
          text={describeAction(action, action === 'close' ? percent : undefined)}
          effect={`If fired now: ${effects[action]}`}
          busy={busy}
          onChoose={() => onChoose([action])}
        />
      ))}
      <Choice
        title="Both links"
        text="Creates a link of each kind, for two alerts."
        busy={busy}
        onChoose={() => onChoose(['close', 'keep'])}
      />
    </div>
  );
}

function Choice({
  title,
  text,
  effect,
  busy,
  onChoose,
}: {
  title: string;
  text: string;
  effect?: string;
  busy: boolean;
  onChoose: () => void;
}) {
  return (
    // No submit button: Enter in an option must not create a link.
    <button
      type="button"
      class="choice"
      disabled={busy}
      onClick={(event) => {
        if (event.currentTarget.form?.reportValidity() !== false) onChoose();
      }}
    >
      <span>
        <strong>{title}</strong>
        <span>{text}</span>
        {effect === undefined ? null : <span class="effect">{effect}</span>}
      </span>
    </button>
  );
}
