import type middy from '@middy/core';
import { type Log, toErrorCode } from '../../lib/log.ts';
import { type HitResponse, responseForFault } from '../../lib/trigger/response.ts';

/** Logs any error as `hit-failed`, by its code alone, and answers it. */
export function answerErrors(log: Log): middy.MiddlewareObj<unknown, HitResponse> {
  return {
    onError(request) {
      const fields = { requestId: request.context.awsRequestId, code: toErrorCode(request.error) };
      log.event('hit-failed', fields, { Failures: 1 });
      request.response = responseForFault(request.error);
    },
  };
}
