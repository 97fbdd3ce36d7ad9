import { CliError, formatCliError } from '../cli-error.ts';
import { deploy } from './deploy.ts';

try {
  process.exitCode = await deploy(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof CliError)) throw thrown;
  process.stderr.write(`${formatCliError(thrown, { json: false })}\n`);
  process.exitCode = 1;
}
