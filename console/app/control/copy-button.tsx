import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon.tsx';

/** How long the tick stands for the icon. */
const tickMs = 2_500;

/** The Copy icon. Says that it has copied, in sight and for a screen reader. */
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
  const [told, setTold] = useState<'' | 'Copied' | 'Not copied: mark the text and copy it yourself'>('');
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (autoFocus === true) button.current?.focus();
  }, [autoFocus]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setTold('Copied');
      onCopied?.();
    } catch {
      setTold('Not copied: mark the text and copy it yourself');
    }
    setTimeout(() => setTold(''), tickMs);
  };
  return (
    <span class="copy">
      <button
        ref={button}
        type="button"
        class={`icon-button ${told === 'Copied' ? 'done' : ''}`}
        aria-label={`Copy ${name}`}
        title={`Copy ${name}`}
        onClick={() => void copy()}
      >
        <Icon name={told === 'Copied' ? 'check' : 'copy'} />
      </button>
      <span class="copy-told" role="status">
        {told}
      </span>
    </span>
  );
}
