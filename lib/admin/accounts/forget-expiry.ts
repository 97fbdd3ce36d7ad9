import { changeHealth } from '../../notify/health-outbox.ts';
import type { Services } from '../../services.ts';

/** Forgets when an account's key ended, because the key has changed. The next sweep looks at the keys again. It never throws. */
export async function forgetExpiry({ store }: Pick<Services, 'store'>, account: string): Promise<void> {
  await changeHealth(store, (health) => {
    if (health.revision === 0) return undefined;
    const { [account]: _, ...expiries } = health.expiries;
    return { ...health, expiries, idleLookedAt: 0 };
  }).catch(() => undefined);
}
