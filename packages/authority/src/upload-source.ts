import { appendChanges } from '@moorline/db';
import type { Transaction, UploadSelection, UploadSource } from '@moorline/model/ports';
import {
  digestBuckets,
  digestDevices,
  noteDifference,
  noteTold,
  previewSelected,
  readSelected,
  type Told,
} from './features/devices/index.ts';
import type { Groups } from './features/groups/index.ts';

/** What another authority is told of the devices: which, by the groups; what of them, by the devices' own columns. */
export function createUploadSource(deps: {
  readonly readDevices: UploadSource['readDevices'];
  readonly readActions: UploadSource['readActions'];
  readonly groups: Pick<Groups, 'selecting' | 'conditionIn' | 'follow'>;
}): UploadSource {
  const { groups } = deps;
  const toldIn = async (tx: Transaction, selection: UploadSelection): Promise<Told> =>
    (await groups.conditionIn(tx, selection)).condition;

  return {
    readDevices: deps.readDevices,
    readActions: deps.readActions,
    selectDevices: (ids, selection) =>
      groups.selecting(selection, async (tx, { condition, isUnnoted }) => ({
        ...(await readSelected(tx, ids, condition, selection.categories)),
        mayHaveLeft: isUnnoted,
      })),
    previewDevices: (selection, limit) =>
      groups.selecting(selection, (tx, { condition }) =>
        previewSelected(tx, condition, selection.categories, limit),
      ),
    async changeSelection(tx, before, after, options) {
      await groups.follow(tx, after);
      await noteDifference(
        tx,
        { told: await toldIn(tx, before), categories: before.categories },
        { told: await toldIn(tx, after), categories: after.categories },
        options,
      );
    },
    async noteDevices(tx, { changed, departed }) {
      if ('categories' in changed) await noteTold(tx, await toldIn(tx, changed));
      else await appendChanges(tx, 'device', changed);
      await appendChanges(tx, 'departure', departed);
    },
    digestBuckets: async (tx, selection) =>
      digestBuckets(tx, {
        told: await toldIn(tx, selection),
        categories: selection.categories,
      }),
    digestDevices: async (tx, selection, buckets) =>
      digestDevices(
        tx,
        { told: await toldIn(tx, selection), categories: selection.categories },
        buckets,
      ),
  };
}
