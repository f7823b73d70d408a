import type { Host } from '../host.ts';
import type { FoundRow } from '../rows.ts';
import { collectFlatpaks, collectSnaps } from './app-bundles.ts';
import { collectDpkg } from './dpkg.ts';
import { collectRpm } from './rpm.ts';

/** Every database that is there: a system of one family may hold tools of the other. */
export async function* collectInstalledSoftware(host: Host): AsyncIterable<FoundRow> {
  yield* collectDpkg(host);
  yield* collectRpm(host);
  yield* collectSnaps(host);
  yield* collectFlatpaks(host);
}
