import { useState } from 'preact/hooks';
import { errorMessage, noFieldErrors, toFieldErrors } from '../api.ts';

/** Runs what a button starts, and keeps its error, also by field. `busy` while it runs. */
export function useTask() {
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
      setFieldErrors(toFieldErrors(thrown));
    }
    setBusy(false);
  };
  return { busy, error, fieldErrors, run: (task: () => Promise<void>) => void run(task) };
}
