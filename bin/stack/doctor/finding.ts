import type { Fact } from './fact.ts';

/** One line of the doctor. */
export interface Finding {
  check: string;
  /** `failed`: something does not work, or could not be checked. `skipped`: another finding comes first. */
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  text: string;
  /** What to do. */
  advice?: string | undefined;
}

export function ok(check: string, text: string): Finding {
  return { check, state: 'ok', text };
}

export function warn(check: string, text: string, advice?: string): Finding {
  return { check, state: 'warning', text, advice };
}

export function fail(check: string, text: string, advice: string): Finding {
  return { check, state: 'failed', text, advice };
}

/**
 * @param judge a fact that was read. One that was not read counts as failed, unless this AWS does not know the request.
 * @param fact undefined if it was not to be read.
 */
export function judgeFact<Value>(
  check: string,
  fact: Fact<Value> | undefined,
  judge: (value: Value) => Finding | Finding[],
): Finding[] {
  if (fact === undefined) return [{ check, state: 'skipped', text: 'Not checked: it needs the stack.' }];
  if ('value' in fact) return [judge(fact.value)].flat();
  const { kind, why } = fact.unread;
  const advice =
    kind === 'unauthenticated'
      ? 'Sign in with "aws configure" or "aws sso login", or select --profile and --region. Nothing else was checked.'
      : 'Run ripcord doctor again, and check the permissions of these AWS credentials.';
  return kind === 'unsupported'
    ? [warn(check, `Not checked: this AWS does not have the request. ${why}`)]
    : [fail(check, `Not checked: ${why}`, advice)];
}
