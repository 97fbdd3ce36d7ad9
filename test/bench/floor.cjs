// The floor: what Node itself takes for the requests of a hit. Makes those of a recorded hit again, byte for byte and in
// the same order, and does nothing else.
const { readFileSync } = require('node:fs');
const { Agent, request } = require('node:https');

const recorded = JSON.parse(readFileSync(process.env.BENCH_RECORDING, 'utf8'));
// As the trigger does, it keeps no connection that was idle for a second.
const agent = new Agent({ keepAlive: true, timeout: 1_000 });

const send = ({ port, method, path, headers, body }) =>
  new Promise((resolve, reject) => {
    request({ agent, host: 'localhost', port, method, path, headers }, (response) => {
      response.on('end', resolve).resume();
    })
      .on('error', reject)
      .end(body);
  });

exports.handler = async () => {
  const sent = [];
  for (const each of recorded) {
    const earlier = each.after.map((index) => sent[index]);
    sent.push(earlier.length === 0 ? send(each) : Promise.all(earlier).then(() => send(each)));
  }
  await Promise.all(sent);
  return { statusCode: 200 };
};
