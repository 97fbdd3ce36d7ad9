import { createMemoryStore } from '../../simulation/memory-store.ts';
import { describeStore } from './contract.ts';

describeStore('The model of the table', async () => createMemoryStore());
