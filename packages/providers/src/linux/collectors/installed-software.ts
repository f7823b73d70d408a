import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { collectDpkg } from './dpkg.ts';
import { collectRpm } from './rpm.ts';

/** Both databases when both are there: a system of one family may hold tools of the other. */
export async function* collectInstalledSoftware(host: Host): AsyncIterable<FoundRow> {
  yield* collectDpkg(host);
  yield* collectRpm(host);
}
