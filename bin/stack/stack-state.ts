/**
 * What a deployment can do with a stack. `unfinished` was never created as a whole: there is only a change set, or the
 * first deployment failed. `leaving` was deleted in part.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
 */
export type StackState = 'missing' | 'unfinished' | 'ready' | 'busy' | 'leaving' | 'stuck';

const states: Record<string, StackState> = {
  REVIEW_IN_PROGRESS: 'unfinished',
  CREATE_FAILED: 'unfinished',
  ROLLBACK_COMPLETE: 'unfinished',
  ROLLBACK_FAILED: 'unfinished',
  DELETE_COMPLETE: 'missing',
  DELETE_FAILED: 'leaving',
  UPDATE_ROLLBACK_FAILED: 'stuck',
};

export function toStackState(status: string | undefined): StackState {
  if (status === undefined) return 'missing';
  return states[status] ?? (status.endsWith('_IN_PROGRESS') ? 'busy' : 'ready');
}
