import { SIMULATED_CLASSES } from '../documents/rows.ts';
import type { FleetProfile } from './fleet-profile.ts';
import { MODELS } from './hardware.ts';
import { RELEASES } from './releases.ts';
import { SOFTWARE } from './software.ts';

/** A believable organization of some thousand people in nine offices. Everything about it is made up. */
export const ORGANIZATION: FleetProfile = {
  name: 'Nordwind Group',
  domain: 'corp.nordwind.example',
  classes: SIMULATED_CLASSES,
  offices: [
    {
      name: 'Zürich, Hardturmstrasse',
      code: 'ZRH',
      weight: 27,
      timeZone: 'Europe/Zurich',
      network: '10.16',
      languages: { 'de-CH': 78, 'en-GB': 17, 'fr-CH': 5 },
    },
    {
      name: 'Hamburg, Hafencity',
      code: 'HAM',
      weight: 21,
      timeZone: 'Europe/Berlin',
      network: '10.17',
      languages: { 'de-DE': 92, 'en-US': 8 },
    },
    {
      name: 'Lyon, Part-Dieu',
      code: 'LYS',
      weight: 9,
      timeZone: 'Europe/Paris',
      network: '10.18',
      languages: { 'fr-FR': 95, 'en-GB': 5 },
    },
    {
      name: 'Gdańsk, plant 2',
      code: 'GDN',
      weight: 14,
      timeZone: 'Europe/Warsaw',
      network: '10.20',
      languages: { 'pl-PL': 96, 'en-US': 4 },
    },
    {
      name: 'Boston, Seaport',
      code: 'BOS',
      weight: 12,
      timeZone: 'America/New_York',
      network: '10.32',
      languages: { 'en-US': 97, 'es-US': 3 },
    },
    {
      name: 'Curitiba, plant 3',
      code: 'CWB',
      weight: 6,
      timeZone: 'America/Sao_Paulo',
      network: '10.36',
      languages: { 'pt-BR': 100 },
    },
    {
      name: 'Pune, Kharadi',
      code: 'PNQ',
      weight: 7,
      timeZone: 'Asia/Kolkata',
      network: '10.48',
      languages: { 'en-IN': 88, 'hi-IN': 12 },
    },
    {
      name: 'Singapore, one-north',
      code: 'SIN',
      weight: 3,
      timeZone: 'Asia/Singapore',
      network: '10.52',
      languages: { 'en-SG': 100 },
    },
    {
      name: 'Home offices',
      code: 'HOM',
      weight: 1,
      timeZone: 'Europe/Berlin',
      network: '192.168',
      languages: { 'de-DE': 60, 'en-GB': 40 },
    },
  ],
  departments: [
    { name: 'Engineering', weight: 24, software: ['engineering'] },
    { name: 'Production', weight: 19, software: ['production'] },
    { name: 'Sales', weight: 15, software: ['sales'] },
    { name: 'Customer Service', weight: 11, software: ['sales'] },
    { name: 'Finance', weight: 8, software: ['finance'] },
    { name: 'Logistics', weight: 7, software: ['production'] },
    { name: 'Marketing', weight: 5, software: ['design'] },
    { name: 'IT', weight: 5, software: ['engineering'] },
    { name: 'Human Resources', weight: 3, software: ['finance'] },
    { name: 'Legal', weight: 2, software: [] },
    { name: 'Management', weight: 1, software: ['finance'] },
  ],
  kinds: { laptop: 57, desktop: 23, tablet: 4, server: 3, virtualServer: 13 },
  platforms: {
    laptop: { windows: 78, macos: 16, linux: 6 },
    desktop: { windows: 91, macos: 4, linux: 5 },
    tablet: { windows: 100 },
    server: { windows: 46, linux: 54 },
    virtualServer: { windows: 52, linux: 48 },
  },
  releases: RELEASES,
  models: MODELS,
  software: SOFTWARE,
  changes: {
    restartsPerDay: { laptop: 0.22, desktop: 0.3, tablet: 0.2, server: 0.03, virtualServer: 0.04 },
    updateLagDays: 9,
    laggardShare: 0.08,
    diskChangesPerDay: 6,
    processChangesPerDay: 4,
  },
  hours: {
    presence: 'officeHours',
    leftOnShare: 0.45,
    absentShare: 0.13,
    weekendShare: 0.12,
    eveningShare: 0.2,
  },
  links: {
    flakyShare: 0.06,
    dropsPerDay: 24,
    halfOpenShare: 0.15,
    duplicateShare: 0.002,
    crashesPerDay: 0.01,
  },
  clocks: { wrongShare: 0.02, hoursShare: 0.14, yearsShare: 0.03 },
  actions: {
    default: { failureShare: 0.03, medianMs: 2_500, spread: 0.8 },
    refreshMachinePolicy: { failureShare: 0.015, medianMs: 450, spread: 0.7 },
    refreshUserPolicy: { failureShare: 0.015, medianMs: 500, spread: 0.7 },
    appEvaluation: { failureShare: 0.02, medianMs: 1_500, spread: 0.8 },
    collectInventory: { failureShare: 0.01, medianMs: 300, spread: 0.5 },
    wakeUpClient: { failureShare: 0.02, medianMs: 50, spread: 0.4 },
    quickScan: { failureShare: 0.03, medianMs: 90_000, spread: 0.9 },
    fullScan: { failureShare: 0.06, medianMs: 2_700_000, spread: 0.9 },
    windowsDefenderUpdateSignatures: { failureShare: 0.05, medianMs: 15_000, spread: 0.8 },
    restart: { failureShare: 0.02, medianMs: 120_000, spread: 0.6 },
  },
};

/** The same organization with nothing in the way: always on, quick, without faults. For measuring. */
export const LAB: FleetProfile = {
  ...ORGANIZATION,
  name: 'Lab',
  hours: { ...ORGANIZATION.hours, presence: 'always' },
  links: { flakyShare: 0, dropsPerDay: 0, halfOpenShare: 0, duplicateShare: 0, crashesPerDay: 0 },
  clocks: { wrongShare: 0, hoursShare: 0, yearsShare: 0 },
  actions: { default: { failureShare: 0, medianMs: 0, spread: 0 } },
};

/** What `--chaos` puts in place of a profile's links. */
export const CHAOS_LINKS: FleetProfile['links'] = {
  flakyShare: 1,
  dropsPerDay: 24 * 12,
  halfOpenShare: 0.25,
  duplicateShare: 0.2,
  crashesPerDay: 24 * 2,
};
