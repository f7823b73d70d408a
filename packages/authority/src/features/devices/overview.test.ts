import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DeviceGroup, overviewOf } from './overview.ts';
import type { Presentation } from './present.ts';

const HQ1 = '01900000-0000-7000-8000-0000000000a1';
const PRESENTATION: Presentation = {
  agents: { own: 'mdm', attached: 'configurationManagerClient' },
  now: 0,
  originName: () => 'HQ1',
  notUploaded: () => [],
};

function group(overrides: Partial<DeviceGroup>): DeviceGroup {
  return {
    origin: null,
    operatingSystem: null,
    isOnline: false,
    isActive: false,
    count: 1,
    ...overrides,
  };
}

test('sums devices up by who manages them, by connector, by what is online and what is active', () => {
  const overview = overviewOf(
    'a',
    [
      group({ count: 2, isOnline: true, isActive: true }),
      group({ count: 3, origin: HQ1, isActive: true }),
      group({ count: 4, origin: HQ1 }),
    ],
    PRESENTATION,
  );
  assert.equal(overview.enrolledDeviceCount, 9);
  assert.equal(overview.mdmEnrolledCount, 2);
  assert.equal(overview.deviceOperatingSystemSummary.configMgrDeviceCount, 7);
  assert.equal(overview.onlineDeviceCount, 2);
  assert.equal(overview.activeDeviceCount, 5);
  assert.equal(overview.inactiveDeviceCount, 4);
  assert.deepEqual(overview.managementAgents, [
    { managementAgent: 'configurationManagerClient', deviceCount: 7 },
    { managementAgent: 'mdm', deviceCount: 2 },
  ]);
  assert.deepEqual(overview.connectors, [
    {
      connectorId: HQ1,
      connectorName: 'HQ1',
      deviceCount: 7,
      onlineDeviceCount: 0,
      activeDeviceCount: 3,
    },
    {
      connectorId: null,
      connectorName: null,
      deviceCount: 2,
      onlineDeviceCount: 2,
      activeDeviceCount: 2,
    },
  ]);
});

test('counts each device in one family of operating systems', () => {
  const systems: Readonly<Record<string, readonly string[]>> = {
    windowsCount: ['Windows', 'Microsoft Windows 11 Enterprise', 'windows server 2025'],
    windowsMobileCount: ['Windows Phone', 'Windows Mobile 10'],
    macOSCount: ['macOS', 'Mac OS X', 'macOS Sequoia'],
    iosCount: ['iOS', 'iPadOS 18'],
    androidCount: ['Android', 'Android 15'],
    chromeOSCount: ['Chrome OS', 'ChromeOS'],
    linuxCount: [
      'Linux',
      'Debian GNU/Linux',
      'Ubuntu',
      'Red Hat Enterprise Linux',
      'openSUSE Leap',
    ],
    unknownCount: ['', 'FreeBSD', 'Windowsill', 'Cisco IOS'],
  };
  for (const [member, names] of Object.entries(systems)) {
    for (const operatingSystem of names) {
      const { deviceOperatingSystemSummary: summary } = overviewOf(
        'a',
        [group({ operatingSystem })],
        PRESENTATION,
      );
      const counted = Object.entries(summary).filter(([, count]) => count > 0);
      assert.deepEqual(counted, [[member, 1]], operatingSystem);
    }
  }
});

test('names the twenty operating systems of most devices, whatever devices call theirs', () => {
  const groups = Array.from({ length: 1000 }, (_, index) =>
    group({ operatingSystem: `os ${index}`, count: index }),
  );
  const { operatingSystems } = overviewOf('a', groups, PRESENTATION);
  assert.equal(operatingSystems.length, 20);
  assert.deepEqual(operatingSystems[0], { operatingSystem: 'os 999', deviceCount: 999 });
});
