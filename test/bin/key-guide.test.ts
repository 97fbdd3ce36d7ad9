import { expect, test } from 'vitest';
import { describeKey } from '../../bin/credentials.ts';
import { exchangeIdSchema } from '../../lib/account/account.ts';

test.each(exchangeIdSchema.options)(
  'accounts add says where to create a key of %s, and what to allow',
  (id) => {
    expect(describeKey(id)).toMatch(
      /^Create the key at the exchange under .+\. Allow .+, and nothing else\./,
    );
  },
);

test('the secret of Kraken is named as Kraken shows it', () => {
  expect(describeKey('kraken')).toContain('The secret is the private key in base64');
});

test('nothing is said about a key of the generic mode, whose menus are not known', () => {
  expect(describeKey('whitebit')).toBeUndefined();
});
