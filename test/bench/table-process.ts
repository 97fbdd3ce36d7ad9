import { startTable } from '../../infra/local/table.ts';

/** A table in a process of its own, so that what is measured does not wait for it. */
const [, , folder = ''] = process.argv;
const table = await startTable(folder, 'ripcord');
process.on('disconnect', () => process.exit());
process.send?.(table.endpoint);
