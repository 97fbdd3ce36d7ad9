import { useState } from 'preact/hooks';
import type { CommandResult, PositionView } from '../../../lib/admin/contract/commands.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { actions, effectNow, limitsOf } from '../labels.ts';
import { localTime } from '../timestamp.tsx';
import { AlertSteps } from './alert-steps.tsx';

/** The link, this once, and what to do with it. */
export function Made({
  made: { url, link },
  position,
  warned,
  onCopied,
}: {
  made: CommandResult<'links.create'>;
  position: PositionView;
  /** Somebody was about to leave without having copied it. */
  warned: boolean;
  onCopied: () => void;
}) {
  const [copied, setCopied] = useState(false);
  const limits = limitsOf(link, localTime);
  return (
    <div class="dialog-body">
      <p>
        <strong>{actions[link.action].title}.</strong> {effectNow(link.action, position)}
        {limits.length === 0 ? null : <span class="muted"> Limited: {limits.join(', ')}.</span>}
      </p>
      <div class="url">
        <input
          type="text"
          readOnly
          value={url}
          aria-label="Webhook link"
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton
          text={url}
          name="webhook link"
          autoFocus
          onCopied={() => {
            setCopied(true);
            onCopied();
          }}
        />
      </div>
      <p class={warned && !copied ? 'trouble' : 'help'} role={warned && !copied ? 'alert' : undefined}>
        {warned && !copied
          ? 'Not copied yet. The link is shown only now: copy it, or close once more to leave without it.'
          : 'Shown only now. Whoever has it can fire it: keep it like a password.'}
      </p>
      <AlertSteps position={position} url={url} link={link} />
    </div>
  );
}
