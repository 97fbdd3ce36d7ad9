import type { World } from './environment.ts';
import { alertFor, type FunctionAnswer, type FunctionProcess } from './function-process.ts';
import type { Passage } from './tape.ts';

/** What a hit took, in milliseconds since the alert was handed over. */
export interface Hit {
  /** Until the head of the order arrived at the exchange's stand-in; NaN for a function that sends none. */
  order: number;
  answer: number;
  /** Of `order`, the time in which no stand-in was holding a request. */
  own: number;
  /** Processor time of all threads, from the end of the hit before. */
  cpu: number;
  /** New connections that had a request. */
  handshakes: number;
}

/** A hit with what went through for it. */
export interface TracedHit {
  hit: Hit;
  passages: Passage[];
  /** On the machine's monotonic clock. */
  sentAt: number;
}

/** The processor time of each process so far. */
const cpuSoFar = new WeakMap<FunctionProcess, number>();

/** Sends one alert to one function. Throws if the function does not act: a bench of refusals would be a quick one. */
export async function fire(
  world: World,
  process: FunctionProcess,
  token = 'none',
  onSent: () => void = () => undefined,
): Promise<TracedHit> {
  const answering = process.invoke(alertFor(token));
  onSent();
  const answer = await answering;
  expectAnswered(answer);
  return trace(process, answer, await world.standIns.ask('takePassages'));
}

/** @returns the processor time since the answer before this one. */
export function takeCpu(process: FunctionProcess, { cpuMs }: FunctionAnswer): number {
  const cpu = cpuMs - (cpuSoFar.get(process) ?? 0);
  cpuSoFar.set(process, cpuMs);
  return cpu;
}

function trace(process: FunctionProcess, answer: FunctionAnswer, passages: Passage[]): TracedHit {
  const { sentAt, ms } = answer;
  const cpu = takeCpu(process, answer);
  const { before, order } = splitAtOrder(passages);
  const orderAt = order?.arrivedAt ?? Number.NaN;
  const held = before.map(({ arrivedAt, answeredAt }) => [arrivedAt, Math.min(answeredAt, orderAt)] as const);
  const untilOrder = orderAt - sentAt;
  const own = untilOrder - covered(held);
  const handshakes = passages.filter(({ isFirst }) => isFirst).length;
  return { hit: { order: untilOrder, answer: ms, own, cpu, handshakes }, passages, sentAt };
}

/** All that went through before the close order, and the order itself. */
export function splitAtOrder(passages: Passage[]): { before: Passage[]; order: Passage | undefined } {
  const at = passages.findIndex(({ name }) => name === 'POST /api/v3/order');
  return { before: at < 0 ? [] : passages.slice(0, at), order: passages[at] };
}

/** How much of the time between two moments at least one of these intervals covers. */
function covered(intervals: (readonly [from: number, to: number])[]): number {
  let sum = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    sum += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return sum;
}

export function expectAnswered({ result }: FunctionAnswer): void {
  const { statusCode, body } = result as { statusCode: number; body?: string };
  if (statusCode !== 200) throw new Error(`answered ${statusCode}: ${body}`);
}
