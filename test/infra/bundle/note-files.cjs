// Loaded before a function: at its end, writes which files it touched by Node's file system, and what of Node it loaded.
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
process.on('SIGTERM', () => {
  const modules = process.moduleLoadList.filter((module) => !before.has(module));
  writeFileSync(process.env.NOTED_FILES, JSON.stringify({ files: [...files], modules }));
  process.exit();
});
