/** Frees the port within half a second, before a restart needs it. */
const intervalMs = 500;

/**
 * Calls `exit` after the npm that started this process has ended. npm sends signals to the shell between them, which
 * ends without forwarding them. A process that npm did not start may outlive its parent.
 */
export function exitWithNpm(exit: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    exit();
  }, intervalMs);
  timer.unref();
}
