/** Twice a second: soon enough for a port to be free again when it is wanted. */
const intervalMs = 500;

/**
 * Calls `gone` once npm, which has started this process, is no more. npm hands a signal to the shell in between,
 * and that ends without passing it on. A process that was not started by npm may outlive its parent.
 */
export function exitWithNpm(gone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, intervalMs);
  timer.unref();
}
