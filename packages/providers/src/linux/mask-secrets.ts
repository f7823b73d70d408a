/** What stands in the place of a secret. */
export const MASK = '••••••••';

const SECRET_WORD =
  '(?:pass(?:wd|word|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credential[s]?|auth(?:orization)?)';
// The value after `--password=…`, `password …`, `TOKEN: …`; quoted values as a whole.
const ASSIGNED = new RegExp(
  `((?:^|[\\s\\-_/;&?"'])[\\w-]{0,64}?${SECRET_WORD}[\\w-]{0,64}(?:\\s{0,3}[=:]\\s{0,3}|\\s{1,3}))("[^"]*"|'[^']*'|[^\\s&;]+)`,
  'gi',
);
const USER_INFO = /(\b[a-z][a-z0-9+.-]{0,31}:\/\/[^\s:/@]{0,255}):[^\s/@]{1,255}@/gi;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
const SECRET_NAME = new RegExp(`${SECRET_WORD}|key$|^key|session|cookie|signature`, 'i');

/** `text` with what stands where passwords and tokens stand replaced; command lines and addresses. */
export function maskSecrets(text: string): string {
  return text
    .replace(USER_INFO, `$1:${MASK}@`)
    .replace(BEARER, `$1 ${MASK}`)
    .replace(ASSIGNED, `$1${MASK}`);
}

/** Whether a variable of that name holds a secret. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}
