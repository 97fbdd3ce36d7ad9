import { useState } from 'preact/hooks';
import { wordsOf } from '../api.ts';

/** Something a button does that takes a moment and may be refused. */
export function useTask() {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | undefined>(undefined);
  const run = async (task: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setTrouble(undefined);
    try {
      await task();
    } catch (thrown) {
      setTrouble(wordsOf(thrown));
    }
    setBusy(false);
  };
  return { busy, trouble, run: (task: () => Promise<void>) => void run(task) };
}
