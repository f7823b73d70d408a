// One full inventory of this machine with its hashes, in a fresh process; prints the processor time in ms.
import { createHash } from 'node:crypto';
import { canonicalRows, inventoryClass } from '@moorline/model';
import { createLinuxProvider } from '@moorline/providers/linux';

const provider = createLinuxProvider();
const before = process.cpuUsage();
for (const name of provider.classes) {
  const declared = inventoryClass(name);
  if (!declared) throw new Error(`the provider collects ${name}, which is not declared`);
  createHash('sha256')
    .update(canonicalRows(declared, await provider.collect(name)))
    .digest('hex');
}
const { user, system } = process.cpuUsage(before);
console.log((user + system) / 1000);
