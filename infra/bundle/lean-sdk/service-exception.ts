/** An error that AWS sent. */
export class ServiceException extends Error {
  readonly $fault: 'client' | 'server';
  readonly $metadata: { httpStatusCode: number };

  constructor(name: string, status: number, { message, Message }: Record<string, unknown>) {
    super(String(message || Message || 'UnknownError'));
    this.name = name;
    this.$fault = status < 500 ? 'client' : 'server';
    this.$metadata = { httpStatusCode: status };
  }
}

export type ExceptionClass = new (
  name: string,
  status: number,
  data: Record<string, unknown>,
) => ServiceException;
