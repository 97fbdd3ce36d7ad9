import { createMemoryStore } from '../../simulation/memory-store.ts';
import { describeStore } from './contract.ts';

describeStore('The memory store', async () => createMemoryStore());
