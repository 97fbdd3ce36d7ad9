import { describe, expect, test } from 'vitest';
import { Fault } from '../../lib/fault.ts';
import { mintToken } from '../../lib/link/token.ts';
import { createLog, type LogFields, toErrorCode } from '../../lib/log.ts';

const at = Date.UTC(2026, 10, 22);

function linesOf(namespace?: string) {
  const lines: string[] = [];
  return { lines, log: createLog({ namespace, write: (line) => lines.push(line), now: () => at }) };
}

describe('A log line', () => {
  test('is one line of JSON with its time, level, event and fields', () => {
    const { lines, log } = linesOf();
    log.event('hit', { positionId: 'pos_1', decision: 'fired', status: 200, ms: 812.4 });
    log.event('hit-failed', { code: 'TypeError' });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        timestamp: '2026-11-22T00:00:00.000Z',
        level: 'INFO',
        event: 'hit',
        positionId: 'pos_1',
        decision: 'fired',
        status: 200,
        ms: 812,
      },
      { timestamp: '2026-11-22T00:00:00.000Z', level: 'ERROR', event: 'hit-failed', code: 'TypeError' },
    ]);
  });

  test('holds only the fields that it may hold', () => {
    const { lines, log } = linesOf();
    const more = { positionId: 'pos_1', headers: { cookie: 'x' }, body: 'y', token: 'z', url: 'u' };
    log.event('hit', more as LogFields);
    expect(Object.keys(JSON.parse(lines[0] ?? ''))).toEqual(['timestamp', 'level', 'event', 'positionId']);
  });

  test.each([
    ['a token', mintToken()],
    ['the beginning of a token', mintToken().slice(0, 20)],
    ['a Binance key', 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A'],
    ['a sentence', 'Connection to 10.0.0.1 refused'],
    ['two lines', 'one\n{"event":"hit"}'],
    ['an address', 'https://example.org/l/x'],
  ])('prints no %s, whichever field has it', (_, value) => {
    const { lines, log } = linesOf('Ripcord');
    const fields = { positionId: value, linkId: value, decision: value, outcome: value, code: value };
    log.event('hit', { ...fields, requestId: value }, { Hits: 1 });
    expect(lines.join('')).not.toContain(value);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: 'unprintable' });
  });
});

describe('The metrics of a line', () => {
  test('are in the embedded metric format, each with its unit and what it is counted by', () => {
    const { lines, log } = linesOf('Ripcord');
    log.event('hit', { decision: 'fired', ms: 12 }, { Hits: 1, Latency: 12 });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      decision: 'fired',
      Hits: 1,
      Latency: 12,
      _aws: {
        Timestamp: at,
        CloudWatchMetrics: [
          { Namespace: 'Ripcord', Dimensions: [['decision']], Metrics: [{ Name: 'Hits', Unit: 'Count' }] },
          { Namespace: 'Ripcord', Dimensions: [[]], Metrics: [{ Name: 'Latency', Unit: 'Milliseconds' }] },
        ],
      },
    });
  });

  test('leave out what has no value, and what lacks the field it is counted by', () => {
    const { lines, log } = linesOf('Ripcord');
    log.event('hit', { decision: 'refused' }, { Hits: 1, Latency: undefined, Outcomes: 1 });
    const { _aws: aws } = JSON.parse(lines[0] ?? '');
    expect(aws.CloudWatchMetrics).toHaveLength(1);
  });

  test('are not written without a namespace', () => {
    const { lines, log } = linesOf();
    log.metrics({ SweepRecovered: 1 });
    log.event('hit', { decision: 'fired' }, { Hits: 1 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('_aws');
  });
});

describe('An error', () => {
  const named = Object.assign(new Error('secret'), { name: 'rc_0123456789' });
  test.each([
    [
      'that is a fault, by its code,',
      new Fault('table-unreachable', 'words', { cause: new TypeError('x') }),
      'table-unreachable',
    ],
    [
      'that an internal fault wraps, by its class,',
      new Fault('internal', 'words', { cause: new TypeError('x') }),
      'TypeError',
    ],
    ['of another class by its class', new RangeError('secret'), 'RangeError'],
    ['with a name that is no class as Error', named, 'Error'],
    ['that is no Error by its type', 'secret', 'string'],
  ])('%s is logged', (_, thrown, code) => {
    expect(toErrorCode(thrown)).toBe(code);
  });
});
