import { useEffect, useRef } from 'preact/hooks';
import type { FieldErrors } from '../api.ts';

/** Focuses the first field that is wrong, which may be out of view. */
export function useFirstError(errors: FieldErrors) {
  const form = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (errors.size === 0) return;
    form.current?.querySelector('.field-error:not(:empty)')?.scrollIntoView({ block: 'center' });
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [errors]);
  return form;
}
