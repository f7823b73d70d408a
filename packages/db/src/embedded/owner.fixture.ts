// A process that owns a database until it is killed: prints one line when it is ready.
import { silentLogger } from '@moorline/kernel';
import { NOTE_MIGRATIONS } from '../database.fixture.ts';
import { openDatabase } from '../database.ts';

const [folder = ''] = process.argv.slice(2);
await openDatabase({
  source: { kind: 'embedded', folder },
  migrations: NOTE_MIGRATIONS,
  logger: silentLogger,
});
console.log('ready');
