import { createMemoryStore } from '../../simulation/memory-store.ts';
import { describeStore } from './contract.ts';
import { describeVersions } from './version-contract.ts';

describeStore('The memory store', async () => createMemoryStore());
describeVersions('The memory store', async () => createMemoryStore().at);
