/** What this agent calls itself to its authority; package.json's version, as a test checks. */
export const CLIENT_VERSION = '0.1.0';
