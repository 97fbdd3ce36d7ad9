/**
 * Parameter Store's names, in its JSON protocol:
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
 */
export class FakeParameters {
  readonly names = new Set<string>();

  answer(action: string, input: Record<string, unknown>): unknown {
    switch (action) {
      case 'GetParametersByPath':
        return {
          Parameters: this.#describe([...this.names].filter((name) => name.startsWith(`${input.Path}/`))),
        };
      case 'GetParameters': {
        const names = input.Names as string[];
        return {
          Parameters: this.#describe(names.filter((name) => this.names.has(name))),
          InvalidParameters: [],
        };
      }
      case 'DeleteParameters': {
        const names = input.Names as string[];
        const deleted = names.filter((name) => this.names.delete(name));
        return { DeletedParameters: deleted, InvalidParameters: [] };
      }
      default:
        throw new Error(`The fake has no ${action}.`);
    }
  }

  #describe(names: string[]) {
    return names.map((Name) => ({ Name, Type: 'SecureString', Value: 'encrypted' }));
  }
}
