import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudAttach, UploadState } from '@moorline/contracts/admin';
import { isConfigured, isUnfinished } from './progress.ts';

const ATTACHED: CloudAttach = {
  state: 'attached',
  connected: true,
  statusReason: 'Connected.',
  transport: 'webSocket',
  proxy: null,
  tenantName: 'Contoso',
  tenantUrl: 'https://tenant.example:8444',
  connectorId: 'c1',
  attachedDateTime: '2026-01-02T00:00:00.000Z',
  lastUploadDateTime: null,
  pendingChanges: 0,
  lastDetached: null,
  linkedAdministrators: [],
};
const UPLOAD: UploadState = {
  phase: 'upToDate',
  reason: 'The tenant has everything.',
  lagSeconds: 0,
  lagRows: 0,
  cursor: '1.1',
  lastAckDateTime: null,
  nextRunDateTime: null,
  lastFullSyncDateTime: '2026-01-02T00:00:01.000Z',
  devicesInScope: 1,
  devicesExcluded: 0,
  batches: [],
  digest: {
    state: 'notCompared',
    comparedDateTime: null,
    disagreesSinceDateTime: null,
    differingDevices: 0,
    buckets: 0,
    skippedBuckets: 0,
  },
  problem: null,
};

test('a site is configured when everything has arrived once, and not before the upload is started', () => {
  assert.ok(isConfigured(ATTACHED, UPLOAD));
  assert.ok(!isConfigured(ATTACHED, { ...UPLOAD, lastFullSyncDateTime: null }));
  assert.ok(!isConfigured(ATTACHED, { ...UPLOAD, phase: 'paused' }));
  assert.ok(!isConfigured({ ...ATTACHED, state: 'notAttached' }, UPLOAD));
});

test('what was uploaded in an attachment that ended does not finish the next one', () => {
  const before = { ...UPLOAD, lastFullSyncDateTime: '2026-01-01T00:00:00.000Z' };
  assert.ok(!isConfigured(ATTACHED, before));
  assert.ok(isUnfinished(ATTACHED, { ...before, phase: 'paused' }));
});

test('an upload that was paused after it had arrived is no unfinished configuration', () => {
  assert.ok(!isUnfinished(ATTACHED, { ...UPLOAD, phase: 'paused' }));
  assert.ok(isUnfinished(ATTACHED, { ...UPLOAD, phase: 'paused', lastFullSyncDateTime: null }));
});
