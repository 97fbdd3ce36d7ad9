import { useState } from 'preact/hooks';
import { call } from '../api.ts';
import { ConfirmDialog } from '../control/confirm-dialog.tsx';
import { Field, TextInput } from '../control/field.tsx';
import { showToast } from '../control/toast.tsx';
import { links } from '../store.ts';
import { LinkTitle } from './link-title.tsx';

const word = 'revoke';

/** Revokes the links that were listed when it was opened. A repeat after a failure revokes the rest. */
export function RevokeManyDialog({ linkIds, onClose }: { linkIds: string[]; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const named = links.value.filter(({ linkId }) => linkIds.includes(linkId));
  return (
    <ConfirmDialog
      title={`Revoke ${linkIds.length} links?`}
      subtitle="Their URLs stop working immediately, including in alerts. Positions don't change."
      verb={`Revoke ${linkIds.length} links`}
      onClose={onClose}
      task={async () => {
        for (const linkId of linkIds) await call('links.revoke', { linkId });
        showToast(`${linkIds.length} links revoked.`);
      }}
    >
      <ul class="requests">
        {named.map((link) => (
          <li key={link.linkId}>
            <LinkTitle link={link} />
          </li>
        ))}
      </ul>
      <Field label={`Type ${word} to confirm`}>
        <TextInput value={typed} required pattern={word} onInput={setTyped} />
      </Field>
    </ConfirmDialog>
  );
}
