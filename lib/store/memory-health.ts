import { unknownHealth } from '../health/account-health.ts';
import type { HealthStore } from './store.ts';

/** Health that only this process knows, for as long as the table does not respond. */
export function createMemoryHealth(): HealthStore {
  let stored = unknownHealth;
  return {
    readAccountHealth: async () => stored,
    async saveAccountHealth(health) {
      if (health.revision !== stored.revision) return undefined;
      stored = { ...health, revision: health.revision + 1 };
      return stored;
    },
  };
}
