import { fileURLToPath } from 'node:url';
import { describeViolation, violations } from './architecture.ts';
import { readHouse } from './house.ts';

const found = violations(readHouse(fileURLToPath(new URL('..', import.meta.url))));
for (const violation of found) console.log(describeViolation(violation));
process.exitCode = found.length > 0 ? 1 : 0;
