import { useEffect, useState } from 'preact/hooks';
import type { CommandResult, LinkView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { actionTitle, formatLimits } from '../labels.ts';
import { CopyNotice, Done, LinkUrl } from '../link/created-links.tsx';
import { PreviewList } from '../link/preview-list.tsx';
import { describeScope } from '../link/scope-text.ts';
import { describeWatch } from '../link/watch-text.ts';
import { formatLocalTime } from '../timestamp.tsx';
import { FirstAlert } from './first-alert.tsx';
import { StrategySteps } from './strategy-steps.tsx';

type Created = CommandResult<'links.create'>;

/** A new standing link, which can't be shown again, how to use it, and its first alert. */
export function StrategyCreated({
  created: { url, link, warnings = [] },
  warned,
  mayClose,
  onCopied,
}: {
  created: Created;
  warned: boolean;
  mayClose: () => boolean;
  onCopied: (url: string) => void;
}) {
  const [isCopied, setCopied] = useState(false);
  return (
    <>
      <div class="dialog-body">
        <div class="created">
          <Summary link={link} />
          <LinkUrl
            url={url}
            name="webhook link"
            autoFocus
            onCopied={() => {
              setCopied(true);
              onCopied(url);
            }}
          />
        </div>
        {warnings.map((text) => (
          <p key={text} class="hint">
            {text}
          </p>
        ))}
        <CopyNotice count={1} isUrgent={warned && !isCopied} />
        <FirstAlert created={link} />
        <StrategySteps url={url} link={link} />
      </div>
      <Done mayClose={mayClose} />
    </>
  );
}

/** What the engine would do now. It is left out if the preview fails: the link exists nevertheless. */
function Summary({ link }: { link: LinkView }) {
  const [preview, setPreview] = useState<CommandResult<'links.preview'> | undefined>(undefined);
  const { linkId, watch } = link;
  useEffect(() => {
    call('links.preview', { linkId }).then(setPreview, () => undefined);
  }, [linkId]);
  const limits = formatLimits(link, formatLocalTime);
  return (
    <>
      <p>
        <strong>{actionTitle(link)}</strong>, for {describeScope(link.scope)}. {preview?.would}
        {limits.length === 0 ? null : <span class="muted"> Options: {limits.join(', ')}.</span>}
        {watch === undefined ? null : <span class="muted"> Watch: {describeWatch(watch)}.</span>}
      </p>
      {preview === undefined ? null : <PreviewList preview={preview} />}
    </>
  );
}
