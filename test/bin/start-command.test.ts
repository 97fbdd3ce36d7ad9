import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { askAdmin, runRipcordStart } from '../infra/local/local-process.ts';
import { temporaryFolder } from '../infra/local/temporary-folder.ts';

describe('ripcord start', () => {
  it('runs what npm start runs, until a signal', async () => {
    const local = runRipcordStart('--port', '0', '--data', await temporaryFolder());
    const url = await local.ready;
    await local.line(/Open http:\/\/127\.0\.0\.1:\d+\/\?key=[\w-]{43}/);
    await local.line(/4 positions are open\. .*/);
    expect(await askAdmin(url, { command: 'positions.list' })).toMatchObject({ ok: true });
    local.child.kill('SIGTERM');
    expect(await local.ended).toMatchObject({ code: 0, stderr: '' });
    expect((await local.ended).stdout).toMatch(/^ready http.*\nstopped\n$/s);
  });

  it('prints one JSON document with --json', async () => {
    const local = runRipcordStart('--port', '0', '--data', await temporaryFolder(), '--no-demo', '--json');
    await local.line(/\{"url":"http:\/\/127\.0\.0\.1:\d+"\}/);
    local.child.kill('SIGINT');
    const { code, stdout, stderr } = await local.ended;
    expect({ code, keys: Object.keys(JSON.parse(stdout)) }).toEqual({ code: 0, keys: ['url'] });
    expect(stderr).toMatch(/\nstopped\n$/);
  });

  it('reports data in use, and ends with 1', async () => {
    const data = await temporaryFolder();
    await runRipcordStart('--port', '0', '--data', data, '--no-demo').ready;
    const second = runRipcordStart('--port', '0', '--data', data, '--no-demo');
    expect(await second.ended).toEqual({
      code: 1,
      stdout: '',
      stderr: `ripcord: The data in ${join(data, 'table')} is in use by another process. Stop it, or choose another folder with --data.\n`,
    });
  });

  it.each([
    [['--port', '65536'], '--port: expected a whole number from 0 to 65535, such as 8787'],
    [['--port', 'http'], '--port: expected a whole number from 0 to 65535, such as 8787'],
    [['--data', ''], '--data: expected a folder, such as .ripcord/'],
    [['--nonsense'], 'There is no option --nonsense.'],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await runRipcordStart(...options).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});
