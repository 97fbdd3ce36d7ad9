import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { DialogFooter } from './dialog-footer.tsx';
import { ErrorText } from './field.tsx';

/** The second click of a double click comes within this. */
const doubleClickMs = 500;

interface ReviewProps {
  label: string;
  busy: boolean;
  error: string | undefined;
  onBack: () => void;
  /** The button that acts, which no form's Enter presses. */
  primary: { label: string; busyLabel?: string; disabled?: boolean; onClick: () => void };
  children: ComponentChildren;
}

/** The last step of a dialog before it acts. It has the focus, so that a held Enter or a double click does not act. */
export function Review({ label, busy, error, onBack, primary, children }: ReviewProps) {
  const body = useRef<HTMLDivElement>(null);
  const [isReady, setReady] = useState(false);
  useLayoutEffect(() => body.current?.focus(), []);
  useEffect(() => {
    const timer = setTimeout(() => setReady(true), doubleClickMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <>
      <section ref={body} tabIndex={-1} class="dialog-body review" aria-label={label}>
        {children}
        <ErrorText>{error}</ErrorText>
      </section>
      <DialogFooter
        busy={busy}
        secondary={{ label: 'Back', disabled: busy, onClick: onBack }}
        primary={{
          busyLabel: 'Sending…',
          ...primary,
          disabled: primary.disabled === true || !isReady,
        }}
      />
    </>
  );
}
