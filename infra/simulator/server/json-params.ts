import type { VenueRequest } from './venue-api.ts';

const decimalPattern = /^\d{1,20}(\.\d{1,20})?$/;

/** What an exchange answers if a parameter is missing or wrong, or if the body is no JSON. */
export interface ParameterErrors {
  missing(name: string): Error;
  wrong(name: string, value: string): Error;
  noJson(): Error;
}

/** The parameters of a request: from the JSON body of a POST or a PUT, otherwise from the query; and from the path. */
export abstract class JsonParams {
  readonly #values: Map<string, unknown>;
  readonly #errors: ParameterErrors;

  constructor(request: VenueRequest, errors: ParameterErrors, ofPath: Record<string, string> = {}) {
    this.#errors = errors;
    const given =
      request.method === 'POST' || request.method === 'PUT'
        ? Object.entries(parseBody(request, errors))
        : new URLSearchParams(request.query);
    this.#values = new Map<string, unknown>([...given, ...Object.entries(ofPath)]);
  }

  value(name: string): unknown {
    return this.#values.get(name);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    return value === undefined || value === null || value === '' ? undefined : String(value);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw this.#errors.missing(name);
    return value;
  }

  /** Amounts and prices are strings in a body too. */
  decimal(name: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!decimalPattern.test(value) || typeof this.value(name) !== 'string') throw this.wrong(name, value);
    return value;
  }

  requiredDecimal(name: string): string {
    this.required(name);
    return this.decimal(name) ?? '';
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value !== undefined && !/^\d{1,16}$/.test(value)) throw this.wrong(name, value);
    return value === undefined ? undefined : Number(value);
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], usual?: Choice): Choice {
    const value = this.text(name) ?? usual ?? this.required(name);
    const found = choices.find((each) => each === value);
    if (found === undefined) throw this.wrong(name, value);
    return found;
  }

  /** @returns a parameter as text; undefined if there is none. */
  matching(name: string, pattern: RegExp): string | undefined {
    const value = this.text(name);
    if (value !== undefined && !pattern.test(value)) throw this.wrong(name, value);
    return value;
  }

  protected wrong(name: string, value: string): Error {
    return this.#errors.wrong(name, value);
  }
}

function parseBody({ body }: VenueRequest, errors: ParameterErrors): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
  } catch {
    // Reported below.
  }
  throw errors.noJson();
}
