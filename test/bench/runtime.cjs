// The runtime's side of a Lambda function, as small as it can be: asks the Runtime API for events, hands them to
// the handler, posts its answers. CommonJS and without a dependency, so that a cold start is the function's own:
// importing node:http as an ECMAScript module would already load half of Node.
const { Agent, request } = require('node:http');

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const call = (method, path, body, headers) =>
  new Promise((resolve, reject) => {
    request({ agent, host, port, method, path: `/2018-06-01/runtime/${path}`, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ headers: response.headers, text }));
    })
      .on('error', reject)
      .end(body);
  });

const contextOf = (awsRequestId, deadline) => ({
  awsRequestId,
  functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
  getRemainingTimeInMillis: () => deadline - Date.now(),
});

const run = async () => {
  const file = process.env._HANDLER;
  // As Lambda's own runtime does: CommonJS by require, ECMAScript modules by import.
  const { handler } = file.endsWith('.mjs') ? await import(file) : require(file);
  for (;;) {
    const { headers, text } = await call('GET', 'invocation/next');
    const id = headers['lambda-runtime-aws-request-id'];
    const answer = `invocation/${id}/response`;
    if (headers['bench-measure'] === undefined) {
      const context = contextOf(id, Number(headers['lambda-runtime-deadline-ms']));
      try {
        const result = await handler(JSON.parse(text), context);
        const { user, system } = process.cpuUsage();
        await call('POST', answer, JSON.stringify(result) ?? 'null', { 'bench-cpu-ms': (user + system) / 1000 });
      } catch ({ name: errorType, message: errorMessage }) {
        await call('POST', `invocation/${id}/error`, JSON.stringify({ errorType, errorMessage }));
      }
    } else {
      // One collection frees what the last one's finalizers let go of.
      for (let round = 0; round < 4; round += 1) globalThis.gc();
      await call('POST', answer, JSON.stringify(process.memoryUsage()));
    }
  }
};

// A profile or a cache is written at an orderly end.
process.on('SIGTERM', () => process.exit());
void run();
