import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** How long the result of a copy is shown. */
const resultShownMs = 2_500;

const failed = "Couldn't copy. Select the text and copy it.";

/** The Copy icon. It reports the result on the page and to screen readers. */
export function CopyButton({
  text,
  name,
  onCopied,
  autoFocus,
}: {
  text: string;
  /** What is copied, for the button's name. */
  name: string;
  onCopied?: () => void;
  autoFocus?: boolean;
}) {
  const { result, copy } = useCopy(text, onCopied);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (autoFocus === true) button.current?.focus();
  }, [autoFocus]);
  const isCopied = result === 'Copied';
  return (
    <span class="copy">
      <button
        ref={button}
        type="button"
        class={`icon-button ${isCopied ? 'done' : ''}`}
        aria-label={`Copy ${name}`}
        title={`Copy ${name}`}
        onClick={() => void copy()}
      >
        <Icon name={isCopied ? 'check' : 'copy'} />
      </button>
      <span class="copy-result" role="status">
        {result}
      </span>
    </span>
  );
}

function useCopy(text: string, onCopied: (() => void) | undefined) {
  const [result, setResult] = useState<'' | 'Copied' | typeof failed>('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setResult('Copied');
      onCopied?.();
    } catch {
      setResult(failed);
    }
    setTimeout(() => setResult(''), resultShownMs);
  };
  return { result, copy };
}
