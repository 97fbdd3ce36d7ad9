export interface Loop {
  /** Runs the task soon, also if a run is under way. */
  poke(): void;
  /** Ends when a run that began after this call has ended. */
  fresh(): Promise<void>;
  stop(): void;
}

/** Runs a task again and again. @param task returns how long to pause, in milliseconds; it never throws. */
export function repeat(task: () => Promise<number>): Loop {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isPoked = false;
  let isStopped = false;
  const once = async (): Promise<void> => {
    clearTimeout(timer);
    const pauseMs = await task();
    running = undefined;
    if (isStopped) return;
    timer = setTimeout(() => void run(), isPoked ? 0 : pauseMs);
    isPoked = false;
  };
  const run = (): Promise<void> => {
    running ??= once();
    return running;
  };
  void run();
  return {
    poke() {
      if (running !== undefined) isPoked = true;
      else if (!isStopped) void run();
    },
    async fresh() {
      await running;
      if (!isStopped) await run();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
