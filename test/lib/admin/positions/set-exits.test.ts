import { expect, it } from 'vitest';
import { setExits } from '../../../../lib/admin/positions/set-exits.ts';
import { setStage } from '../../../simulation/harness.ts';
import { examplePlan } from '../../exits/example-exits.ts';

it('places new targets also while the price is beyond the stop, which they leave as it is', async () => {
  const refusal = { reason: 'would-trigger', message: 'The price 100 has passed the stop 110' };
  const { services, book, during, now } = await setStage(
    { market: 'perpetual', exitsOnlyReduce: true },
    (position) => ({ ...position, exitPlan: examplePlan({ stop: { price: '110', refusal } }) }),
  );
  const { positionId } = await now();
  const takeProfits = [{ price: '120', percent: '100' }];
  const { position } = await during(() => setExits({ services }, { positionId, takeProfits }));
  expect(position.takeProfits).toMatchObject([{ price: '120', state: 'resting' }]);
  expect(book.of('exit').map(({ exit }) => exit?.kind)).toEqual(['take-profit']);
  expect((await now()).exitPlan?.stopLoss?.refusal).toEqual(refusal);
});
