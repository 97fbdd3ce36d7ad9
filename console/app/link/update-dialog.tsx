import { useState } from 'preact/hooks';
import type { LinkView } from '../../../lib/admin/contract/commands.ts';
import { type CommandRequest, call } from '../api.ts';
import { Dialog } from '../control/dialog.tsx';
import { SaveFooter } from '../control/dialog-footer.tsx';
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
  const [duration, setDuration] = useState('');
  const [watch, setWatch] = useState(() => toWatchChoices(link));
  const { busy, error, fieldErrors, run } = useTask();
  const change = { ...toLabel(link, label), ...toExpiry(expiresIn, duration), ...toWatchChange(link, watch) };
  const save = () =>
    run(async () => {
      await saveChange(link, change);
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
                duration={duration}
                error={fieldErrors.get('expiresIn')}
                onChange={setExpiresIn}
                onDuration={setDuration}
              />
            )}
          </div>
          <EditWatch link={link} watch={watch} errors={fieldErrors} onChange={setWatch} />
          <ErrorText>{toSummary(error, fieldErrors, optionPaths, strategyPaths)}</ErrorText>
        </div>
        <SaveFooter busy={busy} onClose={onClose} />
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
