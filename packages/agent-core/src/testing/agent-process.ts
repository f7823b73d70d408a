// Programs are found in FOLDER/bin alone, and the start of the machine is what FOLDER/boot-id says.
// An agent in a process of its own, for tests that kill it: `node agent-process.ts FOLDER [TOKEN]`. The
// actions "slow" and "slowRepeatable" write a line to FOLDER/runs and end only when FOLDER/finish exists.
import { access, appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import type { ActionHandler } from '../actions/action-handler.ts';
import { createAgent } from '../agent.ts';
import { createFixtureProvider } from './fixture-provider.ts';

const [folder = '', token] = process.argv.slice(2);

function slow(isRepeatable: boolean): ActionHandler {
  return {
    isRepeatable,
    async run({ id }, { signal }) {
      await appendFile(join(folder, 'runs'), `${id}\n`);
      while (!(await exists(join(folder, 'finish')))) await delay(10, undefined, { signal });
      return { errorCode: 0, message: 'Done.', details: {} };
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

const agent = createAgent({
  folder,
  provider: createFixtureProvider(),
  clock: systemClock,
  entropy: systemEntropy,
  logger: silentLogger,
  clientVersion: '0.1.0',
  deviceName: 'process',
  programPath: join(folder, 'bin'),
  bootIdFile: join(folder, 'boot-id'),
  actionHandlers: { slow: slow(false), slowRepeatable: slow(true) },
});
if (token) await agent.enrol(token);
await agent.start(new AbortController().signal);
