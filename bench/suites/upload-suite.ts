import type { Suite, SuiteRun } from '../suite.ts';
import { measureUpload } from './upload.ts';

/** A site's full upload to a tenant that knows nothing, beside COPY of the same rows. */
export const upload: Suite = {
  name: 'upload',
  about: 'a site’s full upload to an empty tenant, beside COPY of the same rows',
  sizes: [1_000, 5_000, 20_000, 50_000, 100_000],
  workload: (run) =>
    `${rowsOf(run)} devices of a site, uploaded to an empty tenant from the open uplink to counted; COPY of the same rows into the same table on a server as new; each run is a new pair of hosts, medians`,
  measure: (run) => measureUpload(rowsOf(run), run.isQuick ? 3 : 5),
};

function rowsOf(run: SuiteRun): number {
  return run.size({ full: 100_000, quick: 20_000 });
}
