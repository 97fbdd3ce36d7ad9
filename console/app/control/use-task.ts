import { useState } from 'preact/hooks';
import { errorMessage } from '../api.ts';

/** Runs what a button starts, and keeps its error. `busy` while it runs. */
export function useTask() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);
  const run = async (task: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await task();
    } catch (thrown) {
      setError(errorMessage(thrown));
    }
    setBusy(false);
  };
  return { busy, error, run: (task: () => Promise<void>) => void run(task) };
}
