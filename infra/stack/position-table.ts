import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { RipcordFunction } from './ripcord-function.ts';

type ItemAction = 'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

/** The one table: positions, links and what became of them. It outlives the stack. */
export class PositionTable extends Construct {
  readonly #table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // Deletes up to two days late; the code checks expiry for itself.
      timeToLiveAttribute: 'expiresAt',
      // Its encryption is left at AWS's own key, which costs nothing and needs no grants. A restore brings spent
      // links back to life: read docs/operations/restore.md before one.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Nobody deletes it by mistake, and CloudFormation neither: where a first deployment fails, its rollback names
      // the empty table, ends as ROLLBACK_FAILED and leaves the table. docs/operations/tear-down.md says how to delete it.
      deletionProtection: true,
      // Kept when the stack goes or replaces it. A table that its very deployment takes back would otherwise stay
      // behind without a word, and a second one beside it with the next try.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // What the sweep still has to look at. Only keys: it reads each position itself, strongly consistent.
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

  /** Rights on the table and on its index, named one by one; Scan is among nobody's. */
  grant(to: RipcordFunction, onTable: readonly ItemAction[], onIndex: readonly 'Query'[] = []): void {
    const table = this.#table.tableArn;
    to.grant({ RIPCORD_TABLE: this.name }, [
      { actions: named(onTable), resources: [table] },
      ...(onIndex.length > 0 ? [{ actions: named(onIndex), resources: [`${table}/index/list`] }] : []),
    ]);
  }

  /**
   * To act on positions and to write down hits, and nothing else. An update makes the item where there is none, so
   * without these conditions whoever takes the function over could make a link.
   */
  grantActing(to: RipcordFunction): void {
    const on = (action: ItemAction, keys: string) => ({
      actions: named([action]),
      resources: [this.#table.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [keys] } },
    });
    to.grant({}, [on('PutItem', 'hits#*'), on('UpdateItem', 'position#*')]);
  }
}

function named(actions: readonly ItemAction[]): string[] {
  return actions.map((action) => `dynamodb:${action}`);
}
