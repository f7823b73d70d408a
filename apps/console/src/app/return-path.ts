/** A path of this console to return to, or home: never another origin. */
export function safeReturnPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])/.test(path) && !path.startsWith('/sign-in')
    ? path
    : '/';
}
