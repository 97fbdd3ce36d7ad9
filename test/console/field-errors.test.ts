import { describe, expect, it } from 'vitest';
import { ApiError, findError, toFieldErrors } from '../../console/app/api-error.ts';
import { entryPaths, exitPaths, toSummary } from '../../console/app/exits/form-errors.ts';

const refused = new ApiError(
  'invalid-input',
  'The stop is wrong. Nothing was sent. A stop must be below 3000.',
  {
    issues: ['stopLoss.price: The stop is wrong.'],
    hint: 'A stop must be below 3000.',
  },
);

describe('an error of the admin function', () => {
  it('is shown at the field that it names, with what to do', () => {
    const errors = toFieldErrors(refused);
    expect([...errors]).toEqual([['stopLoss.price', 'The stop is wrong. A stop must be below 3000.']]);
    expect(toSummary(refused.message, errors, exitPaths)).toBe(
      'Nothing was sent. Correct the marked fields.',
    );
  });

  it('names what an option of a link expects, at the option', () => {
    const invalid = new ApiError('invalid-input', '…', { issues: ['sources.0: Invalid input'] });
    expect(findError(toFieldErrors(invalid), 'sources')).toBe(
      'Expected addresses such as 203.0.113.7 or ranges such as 203.0.113.0/24.',
    );
  });

  it('reads as a sentence if it comes from the contract', () => {
    const invalid = new ApiError('invalid-input', '…', {
      issues: ['takeProfits.3.percent: expected more than zero'],
    });
    expect(toFieldErrors(invalid).get('takeProfits.3.percent')).toBe('Expected more than zero.');
  });

  it('is shown as a whole if the form has no field for it', () => {
    const small = new ApiError('invalid-input', 'Too small. Nothing was sent.', {
      issues: ['amount: Too small.'],
    });
    const errors = toFieldErrors(small);
    expect(toSummary(small.message, errors, exitPaths)).toBe(small.message);
    expect(toSummary(small.message, errors, exitPaths, entryPaths)).toMatch(/^Nothing was sent/);
    expect(toSummary('No connection.', toFieldErrors(new Error('x')), exitPaths)).toBe('No connection.');
  });
});
