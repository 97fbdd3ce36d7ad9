import { Deadline, runUntil } from '../deadline.ts';
import { hitActMs, hitAnswerMs, hitLateMs, hitSaveMs } from '../position/timing.ts';
import type { Services } from '../services.ts';

/** The services of one hit, whose response has to leave before its sender disconnects. */
export interface HitServices {
  services: Services;
  /** Whether the sender has most likely disconnected, such as after a freeze: the record may have changed since. */
  isLate(): boolean;
  /** Ends the hit: no request begins after it, and unfinished ones are aborted. */
  end(): void;
}

/**
 * Bounds every request of a hit that arrived at `arrivedAt`, epoch milliseconds: requests to the exchange and for its
 * keys, then the table's, and the record in the history last.
 */
export function boundToHit(services: Services, arrivedAt: number): HitServices {
  const toDeadline = (ms: number) => new Deadline(arrivedAt + ms, services.now);
  const [act, save, answer] = [toDeadline(hitActMs), toDeadline(hitSaveMs), toDeadline(hitAnswerMs)];
  return {
    services: {
      ...services,
      until: act.at,
      // Not aborted: an event that Lambda accepts after the response starts a sweep as well.
      async wakeSweep() {
        const woken = services.wakeSweep?.();
        if (woken !== undefined) await Promise.race([woken, services.sleep(Math.max(0, answer.timeLeft()))]);
      },
      store: wrapMethods(services.store, (name, call) =>
        runUntil(name === 'recordHit' ? answer : save, call),
      ),
      exchanges: {
        async of(account, exchange) {
          const opened = await runUntil(act, () => services.exchanges.of(account, exchange));
          return wrapMethods(opened, (_, call) => runUntil(act, call));
        },
      },
    },
    isLate: () => services.now() >= arrivedAt + hitLateMs,
    end() {
      for (const deadline of [act, save, answer]) deadline.end();
    },
  };
}

/** @returns the same object, whose methods are called through `around`. */
function wrapMethods<Target extends object>(
  target: Target,
  around: (name: string, call: () => unknown) => unknown,
): Target {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...input: unknown[]) => around(String(name), () => Reflect.apply(member, target, input));
    },
  });
}
