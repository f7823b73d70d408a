let taken: string | undefined;

/**
 * Takes the token of a one-time link out of the address, so that neither history nor a copied address holds
 * it. Says whether there is one to spend.
 */
export function takeLinkToken(): boolean {
  const fragment = location.hash.slice(1);
  if (fragment !== '') {
    history.replaceState(history.state, '', location.pathname + location.search);
    try {
      taken = decodeURIComponent(fragment);
    } catch {
      // No link of ours has such a fragment: the host says that it is none.
      taken = fragment;
    }
  }
  return taken !== undefined;
}

/** The token that was taken, once. */
export function spendLinkToken(): string | undefined {
  const token = taken;
  taken = undefined;
  return token;
}
