/**
 * Answers that say that a connection did not get through, whatever answered; any other status means that it did.
 */
const HINTS: Readonly<Record<number, string>> = {
  407: 'The proxy wants credentials, or other ones: put them into a file (chmod 600) and name it with --proxy-credentials.',
  408: 'Something on the way waited too long for the request: look for a proxy or firewall that holds traffic back.',
  426: 'Something on the way wants another protocol than was spoken, as a server with a wrong TLS set-up does: let TLS 1.3 through unopened.',
  451: 'A filter on the way forbids this address: have it allowed for this server.',
  502: 'A proxy on the way cannot reach the tenant, or may not: have the host and port allowed in it.',
  511: 'The network wants somebody to sign in first: register this server with it.',
  598: 'A proxy on the way gave up reading from the tenant: raise its read time-out.',
  599: 'A proxy on the way gave up connecting to the tenant: raise its connect time-out, or have the address allowed.',
};

/** What to do about a status that is a failure of connectivity; null when the status is none. */
export function connectivityHint(status: number): string | null {
  return HINTS[status] ?? null;
}

/** The statuses that fail a check. */
export const FAILING_STATUSES: readonly number[] = Object.keys(HINTS).map(Number);
