import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { RipcordFunction } from './ripcord-function.ts';

type ItemAction = 'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

/** The one table: positions, links, hits and reservations. It outlives the stack. */
export class PositionTable extends Construct {
  readonly #table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // DynamoDB deletes up to two days late, so the code checks expiry itself.
      timeToLiveAttribute: 'expiresAt',
      // Encrypted with the AWS owned key, which costs nothing and needs no grants. A restore revives links that were
      // used up or revoked: read docs/operations/restore.md first.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Also keeps CloudFormation from deleting the table. If a first deployment fails, its rollback ends as
      // ROLLBACK_FAILED and leaves the empty table. docs/operations/tear-down.md describes how to delete it.
      deletionProtection: true,
      // Keeps the table if the stack is deleted or replaces it. With a plain RETAIN, a first deployment that is rolled
      // back would leave its table silently, and the next try would add a second one.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // Lists positions and links. It holds only keys: readers fetch the items from the table, strongly consistent.
    this.#table.addGlobalSecondaryIndex({
      indexName: 'list',
      partitionKey: { name: 'listKey', type: AttributeType.STRING },
      sortKey: { name: 'listSort', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }

  get name(): string {
    return this.#table.tableName;
  }

  /** Grants single actions on the table and on its index. No function may Scan. */
  grant(to: RipcordFunction, onTable: readonly ItemAction[], onIndex: readonly 'Query'[] = []): void {
    const table = this.#table.tableArn;
    to.grant({ RIPCORD_TABLE: this.name }, [
      { actions: toIamActions(onTable), resources: [table] },
      ...(onIndex.length > 0 ? [{ actions: toIamActions(onIndex), resources: [`${table}/index/list`] }] : []),
    ]);
  }

  /**
   * Allows updates of positions and new hit records, and nothing else. UpdateItem creates an item that does not
   * exist, so without these conditions an attacker in the function could create a link.
   * @param more keys of items that the function may write besides.
   */
  grantTradeWrites(to: RipcordFunction, ...more: string[]): void {
    const allow = (action: ItemAction, ...keys: string[]) => ({
      actions: toIamActions([action]),
      resources: [this.#table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    });
    to.grant({}, [allow('PutItem', 'hits#*', ...more), allow('UpdateItem', 'position#*')]);
  }
}

function toIamActions(actions: readonly ItemAction[]): string[] {
  return actions.map((action) => `dynamodb:${action}`);
}
