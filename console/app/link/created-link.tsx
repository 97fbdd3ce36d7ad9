import { useEffect, useState } from 'preact/hooks';
import type { CommandResult, LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { actionTitle, formatLimits } from '../labels.ts';
import { formatLocalTime } from '../timestamp.tsx';
import { AlertSteps } from './alert-steps.tsx';

/** A new link, which can't be shown again, and how to use it. */
export function CreatedLink({
  created: { url, link },
  position,
  warned,
  onCopied,
}: {
  created: CommandResult<'links.create'>;
  position: PositionView;
  /** The owner was about to leave without copying it. */
  warned: boolean;
  onCopied: () => void;
}) {
  const [copied, setCopied] = useState(false);
  const copyLink = () => {
    setCopied(true);
    onCopied();
  };
  return (
    <div class="dialog-body">
      <LinkSummary link={link} />
      <LinkUrl url={url} onCopied={copyLink} />
      {warned && !copied ? (
        <p class="trouble" role="alert">
          Not copied yet. You won't see this link again: copy it, or close again to discard it.
        </p>
      ) : (
        <p class="help">You won't see this link again. Anyone who has it can use it.</p>
      )}
      <AlertSteps position={position} url={url} link={link} />
    </div>
  );
}

function LinkUrl({ url, onCopied }: { url: string; onCopied: () => void }) {
  return (
    <div class="url">
      <input
        type="text"
        readOnly
        value={url}
        aria-label="Webhook link"
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton text={url} name="webhook link" autoFocus onCopied={onCopied} />
    </div>
  );
}

/** The effect is the engine's own plan. It is left out if the preview fails: the link exists nevertheless. */
function LinkSummary({ link }: { link: LinkView }) {
  const [would, setWould] = useState('');
  const { linkId } = link;
  useEffect(() => {
    call('links.preview', { linkId }).then(
      (preview) => setWould(preview.would),
      () => setWould(''),
    );
  }, [linkId]);
  const limits = formatLimits(link, formatLocalTime);
  return (
    <p>
      <strong>{actionTitle(link)}.</strong> {would}
      {limits.length === 0 ? null : <span class="muted"> Options: {limits.join(', ')}.</span>}
    </p>
  );
}
