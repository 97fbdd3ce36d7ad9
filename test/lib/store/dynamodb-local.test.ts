import { afterAll, beforeAll, describe, it } from 'vitest';
import type { LocalTable } from '../../../infra/local/table.ts';
import { itAgreesWithTheModel } from './agreement.ts';
import { describeStore } from './contract.ts';
import { hasJava, startDynamoDbLocal } from './dynamodb-local.ts';
import { tablesAt, versionedTablesAt } from './tables.ts';
import { describeVersions } from './version-contract.ts';

if (hasJava())
  describe('DynamoDB Local', () => {
    let dynamoDb: LocalTable;
    beforeAll(async () => {
      dynamoDb = await startDynamoDbLocal();
    });
    afterAll(() => dynamoDb.stop());

    const makeTable = tablesAt(() => dynamoDb.endpoint);
    describeStore('The table in DynamoDB Local', makeTable);
    itAgreesWithTheModel(makeTable);
    describeVersions(
      'The table in DynamoDB Local',
      versionedTablesAt(() => dynamoDb.endpoint),
    );
  });
else it.skip('The table in DynamoDB Local is left out: this machine has no Java 17', () => undefined);
