import { useEffect, useRef, useState } from 'preact/hooks';
import type { CommandResult, LinkView, PositionView } from '../../../lib/admin/contract/commands.ts';
import { call } from '../api.ts';
import { CopyButton } from '../control/copy-button.tsx';
import { actionTitle, formatLimits } from '../labels.ts';
import { formatLocalTime } from '../timestamp.tsx';
import { toPlanKey } from '../use-preview.ts';
import { AlertSteps } from './alert-steps.tsx';
import { QrCode } from './qr-code.tsx';

type Created = CommandResult<'links.create'>;

/** The URLs can't be shown again, so the first attempt to leave without them only warns. */
export function useUncopied(created: readonly Created[]) {
  const [warned, setWarned] = useState(false);
  const copied = useRef(new Set<string>());
  return {
    warned,
    onCopied: (url: string): void => void copied.current.add(url),
    mayClose(): boolean {
      if (warned || created.every(({ url }) => copied.current.has(url))) return true;
      setWarned(true);
      return false;
    },
  };
}

/** New links, which can't be shown again, and how to use them. */
export function CreatedLinks({
  created,
  position,
  warned,
  mayClose,
  onCopied,
}: {
  created: Created[];
  position: PositionView;
  /** The owner was about to leave without copying all of them. */
  warned: boolean;
  mayClose: () => boolean;
  onCopied: (url: string) => void;
}) {
  const [copied, setCopied] = useState<ReadonlySet<string>>(new Set());
  const copy = (url: string) => {
    setCopied(new Set([...copied, url]));
    onCopied(url);
  };
  return (
    <>
      <div class="dialog-body">
        {created.map((each, index) => (
          <CreatedLink
            key={each.url}
            created={each}
            position={position}
            name={created.length === 1 ? 'webhook link' : `${each.link.action} link`}
            autoFocus={index === 0}
            onCopied={() => copy(each.url)}
          />
        ))}
        <CopyNotice count={created.length} isUrgent={warned && copied.size < created.length} />
        <AlertSteps position={position} created={created} />
      </div>
      <Done mayClose={mayClose} />
    </>
  );
}

export function CopyNotice({ count, isUrgent }: { count: number; isUrgent: boolean }) {
  const [links, them] = count === 1 ? ['this link', 'it'] : ['these links', 'them'];
  return isUrgent ? (
    <p class="trouble" role="alert">
      Not copied yet. You won't see {links} again: copy {them}, or close again to discard {them}.
    </p>
  ) : (
    <p class="help">
      You won't see {links} again. Anyone who has {them} can use {them}.
    </p>
  );
}

export function Done({ mayClose }: { mayClose: () => boolean }) {
  return (
    <footer>
      <button
        type="button"
        class="primary"
        onClick={(event) => {
          // Closing the element returns the focus to what opened it.
          if (mayClose()) event.currentTarget.closest('dialog')?.close();
        }}
      >
        Done
      </button>
    </footer>
  );
}

function CreatedLink({
  created: { url, link },
  position,
  name,
  autoFocus,
  onCopied,
}: {
  created: Created;
  position: PositionView;
  name: string;
  autoFocus: boolean;
  onCopied: () => void;
}) {
  return (
    <div class="created">
      <LinkSummary link={link} position={position} />
      <LinkUrl url={url} name={name} autoFocus={autoFocus} onCopied={onCopied} />
    </div>
  );
}

/** The URL with its Copy icon and its QR code. */
export function LinkUrl({
  url,
  name,
  autoFocus,
  onCopied,
}: {
  url: string;
  name: string;
  autoFocus: boolean;
  onCopied: () => void;
}) {
  return (
    <>
      <div class="url">
        <input
          type="text"
          readOnly
          value={url}
          aria-label={`${name[0]?.toUpperCase()}${name.slice(1)}`}
          onFocus={(event) => event.currentTarget.select()}
          onCopy={({ currentTarget: { selectionStart, selectionEnd } }) => {
            // A part of the URL is no copy of it.
            if (selectionStart === 0 && selectionEnd === url.length) onCopied();
          }}
        />
        <CopyButton text={url} name={name} autoFocus={autoFocus} onCopied={onCopied} />
      </div>
      <QrCode text={url} name={name} />
    </>
  );
}

/**
 * The effect is the engine's own plan, read again when the position changes. It is left out if the preview fails: the
 * link exists nevertheless.
 */
function LinkSummary({ link, position }: { link: LinkView; position: PositionView }) {
  const [would, setWould] = useState('');
  const { linkId } = link;
  const planKey = toPlanKey(position);
  useEffect(() => {
    let isOutdated = false;
    const show = (text: string) => {
      if (!isOutdated) setWould(text);
    };
    show('');
    call('links.preview', { linkId }).then(
      (preview) => show(preview.would),
      () => show(''),
    );
    return () => {
      isOutdated = true;
    };
  }, [linkId, planKey]);
  const limits = formatLimits(link, formatLocalTime);
  return (
    <p>
      <strong>{actionTitle(link)}.</strong> {would}
      {limits.length === 0 ? null : <span class="muted"> Options: {limits.join(', ')}.</span>}
    </p>
  );
}
