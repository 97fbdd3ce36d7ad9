// Loaded before a function: at its end, writes which files it touched by Node's file system, where it opened connections to
// except Lambda's Runtime API, and what of Node it loaded.
const fs = require('node:fs');
const { writeFileSync } = fs;

const files = new Set();
for (const functions of [fs, fs.promises]) {
  for (const [name, call] of Object.entries(functions)) {
    if (typeof call !== 'function' || /^[A-Z]/.test(name)) continue;
    functions[name] = Object.assign((...parameters) => {
      const [path] = parameters;
      if (typeof path === 'string' || path instanceof URL) files.add(String(path));
      return call.apply(functions, parameters);
    }, call);
  }
}
const before = new Set(process.moduleLoadList);
const { Socket } = require('node:net');
const connections = [];
const { connect } = Socket.prototype;
Socket.prototype.connect = function noteConnection(...parameters) {
  // Node's own callers hand over all parameters as one list.
  const [to] = parameters.flat();
  const place = to.path ?? `${to.host}:${to.port}`;
  if (place !== process.env.AWS_LAMBDA_RUNTIME_API) connections.push(place);
  return connect.apply(this, parameters);
};
process.on('SIGTERM', () => {
  const modules = process.moduleLoadList.filter((module) => !before.has(module));
  writeFileSync(process.env.NOTED_ACCESS, JSON.stringify({ files: [...files], connections, modules }));
  process.exit();
});
