import { silentLogger, systemClock, systemEntropy } from '@moorline/kernel';
import { openLocalCa } from './local-ca.ts';

// The process that the test kills: says that it begins, then makes an authority in the folder it was given.
process.send?.('begins');
await openLocalCa({
  folder: process.argv[2] ?? '',
  name: 'HQ1',
  clock: systemClock,
  entropy: systemEntropy,
  logger: silentLogger,
});
