/** Runs over all inputs, `parallel` at a time. @returns the outputs in the order of the inputs. Rejects if a run does. */
export async function inParallel<Input, Output>(
  inputs: Input[],
  parallel: number,
  run: (input: Input) => Promise<Output>,
): Promise<Output[]> {
  const outputs: Output[] = [];
  await inLane(inputs.entries(), parallel, async ([index, input]) => {
    outputs[index] = await run(input);
  });
  return outputs;
}

/** Runs over what an iterator still has, `parallel` at a time. Several lanes may share one: each input is run once. */
export async function inLane<Input>(
  waiting: Iterable<Input>,
  parallel: number,
  run: (input: Input) => Promise<void>,
): Promise<void> {
  // All workers share one iterator, so each input goes to the worker that is free next.
  const worker = async () => {
    for (const input of waiting) await run(input);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}
