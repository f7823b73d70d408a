import {
  accepts,
  CLIENT_SETTINGS,
  ClientSettings,
  DEFAULT_CLIENT_SETTINGS,
} from '@moorline/contracts/agent';
import type { DesiredDocument } from '@moorline/model/ports';

/** The settings in force, and what is wrong with the desired ones when these could not be taken. */
export interface AppliedSettings {
  readonly settings: ClientSettings;
  /** Version of the document that they come from; null: the built-in ones. */
  readonly version: number | null;
  readonly problem: string | null;
}

export const BUILT_IN_SETTINGS: AppliedSettings = {
  settings: DEFAULT_CLIENT_SETTINGS,
  version: null,
  problem: null,
};

/** What is in force after `document`: itself when it is valid, otherwise what was in force before. */
export function applyClientSettings(
  before: AppliedSettings,
  document: DesiredDocument | undefined,
): AppliedSettings {
  if (!document) return BUILT_IN_SETTINGS;
  if (accepts(ClientSettings, document.body)) {
    return { settings: document.body, version: document.version, problem: null };
  }
  return {
    ...before,
    problem: `The ${CLIENT_SETTINGS} of version ${document.version} are not valid: the former ones stay in force. Correct them at the authority.`,
  };
}
