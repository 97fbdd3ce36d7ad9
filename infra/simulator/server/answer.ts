/** An HTTP response of the simulated exchange. */
export interface Answer {
  status: number;
  text: string;
  /** The venue's error code, for the ledger. */
  code?: number | string;
  headers?: Record<string, string>;
}

/** JSON, or a text as it is. */
export function toJsonAnswer(status: number, value: unknown): Answer {
  return { status, text: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** JSON for a terminal: a list has a line per entry. */
export function toReadableJsonAnswer(status: number, value: unknown): Answer {
  const text =
    Array.isArray(value) && value.length > 0
      ? `[\n${value.map((entry) => JSON.stringify(entry)).join(',\n')}\n]`
      : JSON.stringify(value);
  return { status, text: `${text}\n` };
}
