/** A request of one operation, with the type of its output. */
export abstract class Command<Input extends object, Output> {
  abstract readonly operation: string;
  declare readonly output: Output;
  readonly input: Input;

  constructor(input: Input) {
    this.input = input;
  }
}
