import { describe, expect, test } from 'vitest';
import { findExpectation, type SettingName } from '../../../infra/stack/setting-definitions.ts';
import { parseStage } from '../../../infra/stack/settings.ts';

describe('an invalid setting', () => {
  test.each<[SettingName, string, string]>([
    ['throttleRate', 'fast', 'a whole number from 1 to 5000'],
    ['throttleBurst', '0', 'a whole number from 1 to 2500'],
    ['triggerConcurrency', '-1', 'a whole number from 0 to 10000'],
    ['logRetentionDays', '31', 'one of 1, 3, 5'],
    ['reserveSweep', 'perhaps', 'one of true, false'],
    ['notifyEmail', 'me', 'an e-mail address'],
    ['domainName', 'https://example.org', 'a host such as'],
    ['certificateArn', 'arn:aws:iam::1:server-certificate/x', 'the ARN of an ACM certificate'],
    ['hostedZoneId', 'example.org', 'the id of a Route 53 zone'],
  ])('%s = %j is refused with what was expected', (name, value, expected) => {
    expect(findExpectation(name, value)).toContain(expected);
  });
});

describe('the context', () => {
  test('has one name, the prefix', () => {
    expect(() => parseStage({ prefix: 'Rip Cord' })).toThrow(
      'context "prefix" is "Rip Cord": expected 1 to 24',
    );
    expect(() => parseStage({ notifyMail: 'me@example.org' })).toThrow(
      'context "notifyMail" is unknown: expected prefix',
    );
  });

  test('refuses a setting, which would silently have no effect', () => {
    expect(() => parseStage({ notifyEmail: 'me@example.org' })).toThrow(
      'deploy with --parameters notifyEmail=VALUE',
    );
  });

  test('may have the names that CDK itself sets', () => {
    const own = { 'aws:cdk:enable-path-metadata': true, '@aws-cdk/core:x': true, 'cli-telemetry': false };
    expect(parseStage(own).prefix).toBe('ripcord');
  });
});
