import type { PreviewUpload, UploadPreview } from '@moorline/contracts/admin';
import type { UploadSource } from '@moorline/model/ports';
import { deviceRow } from './batch-encode.ts';
import { selectionOf, type UploadChoices, withChange } from './upload-settings.ts';

const ROWS = 20;

/** The columns of a device's line, in their order, and what each is part of. */
export const UPLOAD_COLUMNS: readonly Pick<
  UploadPreview['columns'][number],
  'name' | 'category'
>[] = [
  { name: 'id', category: 'identity' },
  { name: 'name', category: 'identity' },
  { name: 'operatingSystem', category: 'operatingSystem' },
  { name: 'osVersion', category: 'operatingSystem' },
  { name: 'manufacturer', category: 'hardware' },
  { name: 'model', category: 'hardware' },
  { name: 'serialNumber', category: 'hardware' },
  { name: 'architecture', category: 'hardware' },
  { name: 'chassisType', category: 'hardware' },
  { name: 'physicalMemoryBytes', category: 'hardware' },
  { name: 'totalStorageBytes', category: 'hardware' },
  { name: 'freeStorageBytes', category: 'hardware' },
  { name: 'ethernetMacAddress', category: 'hardware' },
  { name: 'wifiMacAddress', category: 'hardware' },
  { name: 'online', category: 'health' },
  { name: 'lastContactAt', category: 'health' },
  { name: 'enrolledAt', category: 'identity' },
  { name: 'clientVersion', category: 'health' },
  { name: 'certificateExpiresAt', category: 'health' },
];

/** What would leave with settings that are not stored: the very lines of a batch. @throws `upload.scope_empty` */
export function createUploadPreview(deps: {
  readonly source: () => UploadSource;
  readonly choices: Pick<UploadChoices, 'current'>;
}): (change: PreviewUpload) => Promise<UploadPreview> {
  return async (change) => {
    const { settings: present } = await deps.choices.current();
    const settings = withChange(present, change);
    const { categories } = settings;
    const found = await deps.source().previewDevices(selectionOf(settings), ROWS);
    return {
      devicesInScope: found.selected,
      devicesExcluded: found.withheld,
      columns: UPLOAD_COLUMNS.map(({ name, category }) => ({
        name,
        category,
        isUploaded: category === 'identity' || categories[category],
      })),
      rows: found.first.map(deviceRow),
    };
  };
}
