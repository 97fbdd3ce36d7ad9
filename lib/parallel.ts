/** Runs over all inputs, `parallel` at a time. @returns the outputs in the order of the inputs. Rejects if a run does. */
export async function inParallel<Input, Output>(
  inputs: Input[],
  parallel: number,
  run: (input: Input) => Promise<Output>,
): Promise<Output[]> {
  const outputs: Output[] = [];
  // All workers share one iterator, so each input goes to the worker that is free next.
  const waiting = inputs.entries();
  const worker = async () => {
    for (const [index, input] of waiting) outputs[index] = await run(input);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return outputs;
}
