/**
 * DynamoDB's tables as far as the stack's commands manage them, in its JSON protocol:
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
 */
export interface FakeTable {
  status: string;
  isProtected: boolean;
  /** From which table or backup, and the time, as given. */
  restoredFrom?: { source: string; at: unknown };
  /** Its creation takes hours. */
  isSlow?: boolean;
  /** Epoch seconds. */
  createdAt: number;
  hasBackups: boolean;
  expiryAttribute?: string;
  tags: Record<string, string>;
  /** Partition keys of its items. */
  items?: string[];
  keys?: [string, string];
}

type Input = Record<string, unknown>;

export class FakeRefusal extends Error {}

const account = 'arn:aws:dynamodb:eu-west-1:123456789012:table/';

export class FakeTables {
  readonly tables = new Map<string, FakeTable>();
  /** Actions that changed something, in order. */
  readonly changes: string[] = [];
  /** How old the latest backup is. */
  latestSecondsAgo = 300;
  /** Backups by ARN, with the time of their creation, epoch seconds. */
  readonly backups = new Map<string, number>();
  /** Copies the items of a restored table. */
  copyItems: (name: string) => Promise<void> = async () => undefined;

  add(name: string, table: Partial<FakeTable> = {}): FakeTable {
    const initial = { status: 'ACTIVE', isProtected: false, hasBackups: true, tags: {} };
    const added = { ...initial, createdAt: Date.now() / 1_000 + this.tables.size, ...table };
    this.tables.set(name, added);
    return added;
  }

  answer(action: string, input: Input): unknown {
    const name = String(input.TableName ?? input.TargetTableName ?? '').replace(account, '');
    if (!/^(Describe|List|Scan)/.test(action)) this.changes.push(`${action} ${name || input.ResourceArn}`);
    switch (action) {
      case 'DescribeTable':
        return { Table: this.#describe(name) };
      case 'Scan':
        return { Items: (this.#get(name).items ?? []).map((pk) => ({ pk: { S: pk } })) };
      case 'ListTables':
        return { TableNames: [...this.tables.keys()] };
      case 'UpdateTable':
        this.#get(name).isProtected = input.DeletionProtectionEnabled === true;
        return {};
      case 'DeleteTable':
        if (this.#get(name).isProtected)
          throw new FakeRefusal('Resource cannot be deleted as it is currently protected against deletion.');
        this.tables.delete(name);
        return {};
      default:
        return this.#restore(action, name, input);
    }
  }

  #restore(action: string, name: string, input: Input): unknown {
    switch (action) {
      case 'RestoreTableToPointInTime':
        return this.#create(
          name,
          String(input.SourceTableName ?? input.SourceTableArn),
          input.RestoreDateTime,
        );
      case 'RestoreTableFromBackup':
        return this.#create(name, String(input.BackupArn), this.backups.get(String(input.BackupArn)));
      case 'DescribeBackup':
        return this.#describeBackup(String(input.BackupArn));
      case 'DescribeContinuousBackups':
        return { ContinuousBackupsDescription: this.#describeBackups(name) };
      case 'UpdateContinuousBackups':
        this.#get(name).hasBackups = true;
        return { ContinuousBackupsDescription: this.#describeBackups(name) };
      case 'UpdateTimeToLive':
        this.#get(name).expiryAttribute = 'expiresAt';
        return {};
      case 'DescribeTimeToLive':
        return { TimeToLiveDescription: this.#describeExpiry(name) };
      case 'ListTagsOfResource':
        return { Tags: toTags(this.#ofArn(input)) };
      case 'TagResource':
        if (this.#ofArn(input).status === 'CREATING')
          throw new FakeRefusal('Requested resource not found: its status is not ACTIVE');
        for (const { Key, Value } of input.Tags as { Key: string; Value: string }[])
          this.#ofArn(input).tags[Key] = Value;
        return {};
      default:
        throw new Error(`The fake has no ${action}.`);
    }
  }

  /** A restored table has neither backups nor TTL, tags or deletion protection, and is created step by step. */
  async #create(name: string, source: string, at: unknown) {
    if (this.tables.has(name)) throw new FakeRefusal(`Table already exists: ${name}`);
    this.add(name, { status: 'CREATING', hasBackups: false, restoredFrom: { source, at } });
    await this.copyItems(name);
    return { TableDescription: this.#describe(name) };
  }

  #describeBackup(arn: string) {
    const createdAt = this.backups.get(arn);
    if (createdAt === undefined) throw new FakeRefusal(`Backup not found: ${arn}`);
    const BackupDetails = { BackupArn: arn, BackupStatus: 'AVAILABLE', BackupCreationDateTime: createdAt };
    return { BackupDescription: { BackupDetails } };
  }

  #get(name: string): FakeTable {
    const table = this.tables.get(name);
    if (table === undefined) throw new FakeRefusal(`Requested resource not found: Table: ${name} not found`);
    return table;
  }

  #ofArn({ ResourceArn: arn }: Input): FakeTable {
    return this.#get(String(arn).replace(account, ''));
  }

  /** A table that is being created is active at the next look. */
  #describe(name: string) {
    const table = this.#get(name);
    const { status, isProtected, restoredFrom, keys = ['pk', 'sk'] } = table;
    if (table.isSlow !== true) table.status = 'ACTIVE';
    const [source = '', backup] = restoredFrom?.source.replace(account, '').split('/backup/') ?? [];
    const summary = restoredFrom && {
      SourceTableArn: `${account}${source}`,
      ...(backup !== undefined && { SourceBackupArn: restoredFrom.source }),
      RestoreDateTime: restoredFrom.at,
      RestoreInProgress: status === 'CREATING',
    };
    return {
      TableName: name,
      TableArn: `${account}${name}`,
      TableStatus: status,
      KeySchema: toKeySchema(keys),
      GlobalSecondaryIndexes: [
        { IndexName: 'list', IndexStatus: 'ACTIVE', KeySchema: toKeySchema(['listKey', 'listSort']) },
      ],
      CreationDateTime: table.createdAt,
      DeletionProtectionEnabled: isProtected,
      ...(summary && { RestoreSummary: summary }),
    };
  }

  #describeBackups(name: string) {
    const { hasBackups } = this.#get(name);
    const status = hasBackups ? 'ENABLED' : 'DISABLED';
    const now = Date.now() / 1_000;
    const window = {
      EarliestRestorableDateTime: now - 86_400,
      LatestRestorableDateTime: now - this.latestSecondsAgo,
    };
    return {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: status, ...(hasBackups && window) },
    };
  }

  #describeExpiry(name: string) {
    const { expiryAttribute } = this.#get(name);
    return expiryAttribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: expiryAttribute };
  }
}

function toKeySchema([hash, range]: [string, string]) {
  return [
    { AttributeName: hash, KeyType: 'HASH' },
    { AttributeName: range, KeyType: 'RANGE' },
  ];
}

function toTags({ tags }: FakeTable) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
