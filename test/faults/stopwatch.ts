import { readFile } from 'node:fs/promises';

/**
 * Times a run without what the main threads of these processes waited for a processor that other programs used. Linux counts
 * that: https://docs.kernel.org/scheduler/sched-stats.html. Elsewhere nothing is left out.
 */
export async function timeRun<Result>(
  run: () => Promise<Result>,
  pids: readonly number[] = [process.pid],
): Promise<{ result: Result; ms: number }> {
  const queuedBefore = await readQueuedMs(pids);
  const startedAt = performance.now();
  const result = await run();
  const passed = performance.now() - startedAt;
  return { result, ms: passed - ((await readQueuedMs(pids)) - queuedBefore) };
}

async function readQueuedMs(pids: readonly number[]): Promise<number> {
  const counts = pids.map(async (pid) => {
    const line = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0 0 0');
    return Number(line.split(' ')[1]) / 1e6;
  });
  return (await Promise.all(counts)).reduce((sum, ms) => sum + ms, 0);
}
