import { memoryTable } from '../../simulation/memory-table.ts';
import { describeTable } from './contract.ts';

describeTable('The model of the table', async () => memoryTable());
