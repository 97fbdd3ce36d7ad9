import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { type SweepReport, sweep } from '../lib/trigger/sweep.ts';
import { buildEngine } from './engine.ts';
import { type Environment, parseEnvironment } from './environment.ts';
import { buildNotifiers } from './notifiers.ts';

type Handler = (event: unknown, context: Context) => Promise<SweepReport>;

/** Every minute. If this function fails, triggers have more to ask, and what died waits for the next hit. */
export const createSweep = (environment: Environment, build = buildEngine): Handler => {
  const { engine } = build(environment);
  const notifiers = buildNotifiers(environment);
  return middy<unknown, SweepReport>().handler(async () => {
    const report = await sweep(engine, notifiers);
    const worthSaying = report.recovered > 0 || report.failures.length > 0;
    if (worthSaying) console.info(JSON.stringify({ event: 'swept', ...report }));
    return report;
  });
};

let built: Handler | undefined;

/** The Lambda's entry. */
export const handler: Handler = (event, context) => {
  built ??= createSweep(parseEnvironment(process.env));
  return built(event, context);
};
