/** An error of the system's own, with `code` such as `ENOENT`. */
export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/** The system's code for an error, for the sentence that says why; else its message. */
export function reasonOf(error: unknown): string {
  if (isErrno(error) && error.code) return error.code;
  return error instanceof Error ? error.message : String(error);
}
