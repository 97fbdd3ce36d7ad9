import { type CfnResource, Fn, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { toArn } from './arn.ts';
import type { RipcordFunction } from './ripcord-function.ts';
import type { StackSettings } from './settings.ts';

type ItemAction = 'GetItem' | 'BatchGetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'Query';

/**
 * The one table: positions, links, hits and reservations. It outlives the stack. The setting `table` names another one, which
 * the stack then uses but doesn't own.
 */
export class PositionTable extends Construct {
  readonly name: string;
  readonly #arn: string;
  readonly #indexArn: string;

  constructor(scope: Construct, id: string, settings: Pick<StackSettings, 'table' | 'conditions'>) {
    super(scope, id);
    const { ownTable } = settings.conditions;
    const own = this.#addTable();
    (own.node.defaultChild as CfnResource).cfnOptions.condition = ownTable;
    this.name = Fn.conditionIf(ownTable.logicalId, own.tableName, settings.table).toString();
    this.#arn = toArn('dynamodb', `table/\${Name}`, { Name: this.name });
    this.#indexArn = toArn('dynamodb', `table/\${Name}/index/list`, { Name: this.name });
  }

  #addTable(): Table {
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // DynamoDB deletes up to two days late, so the code checks expiry itself.
      timeToLiveAttribute: 'expiresAt',
      // Encrypted with the AWS owned key, which costs nothing and needs no grants. A restore revives links that were
      // used up or revoked: read docs/operations/restore.md first.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Keeps the table if the stack is deleted or replaces it, and deletes it if a first deployment is rolled back: the
      // next try would add a second one. Deletion protection would stop that rollback, so `ripcord deploy` turns it on
      // after the stack was created. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // Lists positions and links. It holds only keys: readers fetch the items from the table, strongly consistent.
    table.addGlobalSecondaryIndex({
      indexName: 'list',
      partitionKey: { name: 'listKey', type: AttributeType.STRING },
      sortKey: { name: 'listSort', type: AttributeType.STRING },
      projectionType: ProjectionType.KEYS_ONLY,
    });
    return table;
  }

  /** Grants single actions on the table and on its index. No function may Scan. */
  grant(to: RipcordFunction, onTable: readonly ItemAction[], onIndex: readonly 'Query'[] = []): void {
    to.grant({ RIPCORD_TABLE: this.name }, [
      { actions: toIamActions(onTable), resources: [this.#arn] },
      ...(onIndex.length > 0 ? [{ actions: toIamActions(onIndex), resources: [this.#indexArn] }] : []),
    ]);
  }

  /**
   * Allows to write positions, hit records and the states of links, and nothing else. Without these conditions an attacker in the
   * function could create a link. One statement: what both actions can do to an item is the same.
   * @param more keys of items that the function may write besides.
   */
  grantTradeWrites(to: RipcordFunction, ...more: string[]): void {
    to.grant({}, [this.#allow(['PutItem', 'UpdateItem'], 'hits#*', 'link-state#*', 'position#*', ...more)]);
  }

  /** Allows to list what is under these keys, of the table or its index. One statement: a template has to fit into a request. */
  grantListReads(to: RipcordFunction, ...keys: string[]): void {
    to.grant({}, [{ ...this.#allow(['Query'], ...keys), resources: [this.#arn, this.#indexArn] }]);
  }

  /** Allows to read and write the one item with the health of accounts, and the messages about it. */
  grantHealth(to: RipcordFunction): void {
    to.grant({ RIPCORD_TABLE: this.name }, [this.#allow(['GetItem', 'PutItem'], 'health')]);
  }

  #allow(actions: readonly ItemAction[], ...keys: string[]) {
    return {
      actions: toIamActions(actions),
      resources: [this.#arn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
    };
  }
}

function toIamActions(actions: readonly ItemAction[]): string[] {
  return actions.map((action) => `dynamodb:${action}`);
}
