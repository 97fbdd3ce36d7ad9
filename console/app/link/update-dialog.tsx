import { useState } from 'preact/hooks';
import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { type CommandRequest, call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { DialogFooter } from '../control/dialog-footer.tsx';
import { ErrorText, Form } from '../control/field.tsx';
import { LabelField } from '../control/label-field.tsx';
import { showToast } from '../control/toast.tsx';
import { useTask } from '../control/use-task.ts';
import { optionPaths, strategyPaths, toSummary } from '../exits/form-errors.ts';
import { isStanding } from '../labels.ts';
import { refresh } from '../store.ts';
import { formatLocalTime } from '../timestamp.tsx';
import { EditWatch, toWatchChange, toWatchChoices } from './edit-watch.tsx';
import { Expiry, expiries, standingExpiries } from './link-options.tsx';
import { LinkTitle } from './link-title.tsx';

type Choice = 'unchanged' | (typeof expiries)[number]['value'];

/** Another name, expiry or watch. The URL stays the same. */
export function UpdateDialog({ link, onClose }: { link: LinkView; onClose: () => void }) {
  const [label, setLabel] = useState(link.label ?? '');
  const [expiresIn, setExpiresIn] = useState<Choice>('unchanged');
  const [customDuration, setCustomDuration] = useState('');
  const [watch, setWatch] = useState(() => toWatchChoices(link));
  const { busy, error, fieldErrors, run } = useTask();
  const save = () =>
    run(async () => {
      await saveChange(link, {
        ...toLabel(link, label),
        ...toExpiry(expiresIn, customDuration),
        ...toWatchChange(link, watch),
      });
      onClose();
      await refresh();
    });
  return (
    <Dialog title="Rename or extend this link" subtitle={<LinkTitle link={link} />} onClose={onClose}>
      <Form onSubmit={save}>
        <div class="dialog-body">
          <div class="fields two">
            <LabelField value={label} error={fieldErrors.get('label')} onInput={setLabel} />
            {link.state === 'revoked' ? null : (
              <Expiry
                options={toExpiries(link)}
                value={expiresIn}
                duration={customDuration}
                error={fieldErrors.get('expiresIn')}
                onChange={setExpiresIn}
                onDuration={setCustomDuration}
              />
            )}
          </div>
          <EditWatch link={link} watch={watch} errors={fieldErrors} onChange={setWatch} />
          <ErrorText>{toSummary(error, fieldErrors, optionPaths, strategyPaths)}</ErrorText>
        </div>
        <DialogFooter
          busy={busy}
          secondary={{ label: 'Cancel', onClick: onClose }}
          primary={{ label: 'Save', busyLabel: 'Saving…' }}
        />
      </Form>
    </Dialog>
  );
}

type Change = Omit<CommandRequest<'links.update'>, 'linkId'>;

async function saveChange({ linkId }: LinkView, change: Change): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await call('links.update', { linkId, ...change });
  showToast('Link changed. Its URL is the same.');
}

function toExpiries(link: LinkView): { value: Choice; label: string }[] {
  const unchanged = { value: 'unchanged', label: describeUnchanged(link) } as const;
  return [unchanged, ...(isStanding(link) ? standingExpiries : expiries)];
}

function describeUnchanged(link: LinkView): string {
  const never = isStanding(link) ? 'never' : 'when the position closes';
  return `No change (${link.expiresAt === undefined ? never : formatLocalTime(link.expiresAt)})`;
}

function toLabel(link: LinkView, label: string): Change {
  const typed = label.trim();
  if (typed === (link.label ?? '')) return {};
  return { label: typed === '' ? null : typed };
}

function toExpiry(chosen: Choice, customDuration: string): Change {
  if (chosen === 'unchanged') return {};
  if (chosen === 'custom') return { expiresIn: customDuration.trim() };
  return { expiresIn: chosen === '' ? null : chosen };
}
