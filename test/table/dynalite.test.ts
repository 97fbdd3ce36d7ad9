import { itAgreesWithTheModel } from './agreement.ts';
import { describeTable } from './contract.ts';
import { tablesAt } from './tables.ts';
import { useDynalite } from './use-dynalite.ts';

const makeTable = tablesAt(useDynalite());
describeTable('The table in dynalite', makeTable);
itAgreesWithTheModel(makeTable);
