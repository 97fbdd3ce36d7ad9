import type { FieldErrors } from '../api-error.ts';

/** The paths that the exit fields show errors of. */
export const exitPaths = /^(takeProfits(\.\d+\.(price|percent))?|stopLoss(\.(price|limitPrice))?)$/;
/** Those of the entry's fields, besides. */
export const entryPaths = /^(symbol|price|amount|cost|riskAmount|label|tag)$/;
/** Those of a link's options. */
export const optionPaths = /^(label|expiresIn|percent|maxUses|sources)(\.\d+)?$/;

/** Those of a standing link. */
export const strategyPaths =
  /^(symbol|tag|toPercent|byPercent|stop(\.\w+)?|watch\.(every|missed|then)|label|expiresIn|sources(\.\d+)?)$/;

/** @returns the text at the end of a form: the whole error, unless its fields already show all of it. */
export function toSummary(
  error: string | undefined,
  fieldErrors: FieldErrors,
  ...shown: RegExp[]
): string | undefined {
  if (error === undefined) return undefined;
  const isShown = (path: string) => shown.some((paths) => paths.test(path));
  return fieldErrors.size > 0 && [...fieldErrors.keys()].every(isShown)
    ? 'Nothing was sent. Correct the marked fields.'
    : error;
}
