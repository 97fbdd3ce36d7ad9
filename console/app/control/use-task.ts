import { useState } from 'preact/hooks';
import { errorMessage, noFieldErrors, toFieldErrors } from '../api.ts';

/**
 * Runs what a button starts, and keeps its error, also by field. `busy` while it runs.
 * @param onFieldErrors shows the form again, if another step started the task.
 */
export function useTask(onFieldErrors?: () => void) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);
  const [fieldErrors, setFieldErrors] = useState(noFieldErrors);
  const run = async (task: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    setFieldErrors(noFieldErrors);
    try {
      await task();
    } catch (thrown) {
      setError(errorMessage(thrown));
      const errors = toFieldErrors(thrown);
      setFieldErrors(errors);
      if (errors.size > 0) onFieldErrors?.();
    }
    setBusy(false);
  };
  const reset = () => {
    setError(undefined);
    setFieldErrors(noFieldErrors);
  };
  return { busy, error, fieldErrors, reset, run: (task: () => Promise<void>) => void run(task) };
}
