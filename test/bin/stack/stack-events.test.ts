import { expect, test } from 'vitest';
import { describeProgress, findFailure, hasEnded } from '../../../bin/stack/stack-events.ts';

function toEvent(
  id: string,
  status: 'CREATE_FAILED' | 'CREATE_COMPLETE' | 'CREATE_IN_PROGRESS',
  reason?: string,
) {
  return {
    ...{ EventId: `${id}-${status}`, StackId: 'arn:stack', StackName: 'Ripcord', Timestamp: new Date(0) },
    ...{ LogicalResourceId: id, PhysicalResourceId: id === 'Ripcord' ? 'arn:stack' : `${id}-1` },
    ...{ ResourceType: 'AWS::SNS::Topic', ResourceStatus: status },
    ...(reason !== undefined && { ResourceStatusReason: reason }),
  };
}

test('The failure is the first one that was not the result of another', () => {
  const events = [
    toEvent('Table', 'CREATE_COMPLETE'),
    toEvent('Key', 'CREATE_FAILED', 'Resource creation cancelled'),
    toEvent('Topic', 'CREATE_FAILED', 'Invalid topic name'),
    toEvent('Role', 'CREATE_FAILED', 'Access denied'),
  ];
  expect(findFailure(events)).toBe('Topic (AWS::SNS::Topic): Invalid topic name');
  expect(findFailure([toEvent('Table', 'CREATE_COMPLETE')])).toBeUndefined();
});

test("Only the stack's own final state ends an operation", () => {
  const started = toEvent('Ripcord', 'CREATE_IN_PROGRESS');
  expect(hasEnded([started, toEvent('Topic', 'CREATE_COMPLETE')])).toBe(false);
  expect(hasEnded([started, toEvent('Ripcord', 'CREATE_COMPLETE')])).toBe(true);
});

test('A line of progress counts the resources, and says why one failed', () => {
  expect(describeProgress(toEvent('Topic', 'CREATE_COMPLETE'), 3, 48)).toBe(
    ' 3/48 CREATE_COMPLETE AWS::SNS::Topic Topic',
  );
  expect(describeProgress(toEvent('Topic', 'CREATE_FAILED', 'Invalid name'), 12, 48)).toBe(
    '12/48 CREATE_FAILED AWS::SNS::Topic Topic (Invalid name)',
  );
});
