import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { createLink } from '../../../lib/admin/links/create.ts';
import { revokeLink } from '../../../lib/admin/links/revoke.ts';
import { hashToken } from '../../../lib/link/token.ts';
import type { Services } from '../../../lib/services.ts';
import { createDynamoStore } from '../../../lib/store/dynamo-store.ts';
import { accountsInMemory } from '../../infra/local/accounts-in-memory.ts';
import { exampleClaim, examplePosition } from '../position/example-position.ts';
import { makeTableAt } from './tables.ts';
import { useDynalite } from './use-dynalite.ts';

const endpoint = useDynalite();

it('the table holds the hash of a token and no part of the token', async () => {
  const { tableName } = await makeTableAt(endpoint());
  const table = createDynamoStore({ tableName, endpoint: endpoint() });
  const services: Services = {
    store: table,
    exchanges: { of: () => Promise.reject(new Error('A link needs no exchange.')) },
    now: () => Date.parse('2026-10-09T09:00:00.000Z'),
    sleep: () => Promise.resolve(),
    randomId: () => 'mark',
  };
  const { positionId } = examplePosition;
  await table.createPosition(examplePosition);
  const made = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      createLink(
        { services, accounts: accountsInMemory(), baseUrl: 'http://here/' },
        { positionId, action: index % 2 ? 'close' : 'keep', label: `link ${index}` },
      ),
    ),
  );
  const tokens = made.map(({ url }) => url.slice('http://here/l/'.length));
  const [first, second] = made.map(({ link }) => link.linkId);
  if (first === undefined || second === undefined) throw new Error('No link was made.');
  await revokeLink({ services }, { linkId: first });
  await table.claimPosition({ positionId, claim: { ...exampleClaim, linkId: second }, from: ['open'] });

  const client = new DynamoDBClient({
    endpoint: endpoint(),
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  onTestFinished(() => client.destroy());
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName }));
  expect(Items).toHaveLength(21);
  const stored = JSON.stringify(Items);
  expect(stored).not.toContain('rc_');
  for (const token of tokens) {
    expect(stored).toContain(hashToken(token));
    // Neither half of the secret, nor the checksum, which would identify the token.
    const secret = token.slice('rc_'.length);
    for (const part of [secret.slice(0, 21), secret.slice(21, 43), secret.slice(43)])
      expect(stored).not.toContain(part);
  }
});
