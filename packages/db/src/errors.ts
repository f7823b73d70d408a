import { defineErrors, type ErrorFactory } from '@moorline/kernel';

const TABLE = {
  unavailable: {
    code: 'db.unavailable',
    kind: 'unavailable',
    text: 'The database does not answer at the moment. Nothing was saved; try again in a few seconds.',
  },
  outcomeUnknown: {
    code: 'db.outcome_unknown',
    kind: 'unavailable',
    text: 'The connection to the database was lost during a commit, so the change may or may not be saved. Read it again before repeating it.',
  },
  contended: {
    code: 'db.contended',
    kind: 'unavailable',
    text: 'Several changes of the same rows kept getting in each other’s way, and this one gave up. Nothing was saved; try again.',
  },
  transactionAborted: {
    code: 'db.transaction_aborted',
    kind: 'bug',
    text: 'A statement of the transaction failed and the work went on as if it had not, so PostgreSQL rolled everything back.',
  },
  transactionEnded: {
    code: 'db.transaction_ended',
    kind: 'bug',
    text: 'A transaction was used after its end, or is not one of this database.',
  },
  authorityInvalid: {
    code: 'db.authority_invalid',
    kind: 'bug',
    text: 'A transaction was asked for with an authority id that is not a lower-case UUID.',
  },
  positionInvalid: {
    code: 'db.position_invalid',
    kind: 'failure',
    text: '“{position}” is not a position of a change log. Use one that readChanges gave, or 0.0 for the beginning.',
  },
  migrationsOutOfOrder: {
    code: 'db.migrations_out_of_order',
    kind: 'bug',
    text: 'The database has migration {applied} but not {missing}, which comes before it. Migrations are append-only: put new ones at the end of their area’s list.',
  },
  migrationFailed: {
    code: 'db.migration_failed',
    kind: 'bug',
    text: 'Migration {id} failed and was rolled back; earlier ones stay. The database works with the version that ran before: {reason}',
  },
  newerVersion: {
    code: 'db.newer_version',
    kind: 'failure',
    text: 'The database was last used by a newer version of Moorline (it has {count} migrations that this version does not know, first {first}). Start that version or a later one, or restore a backup made before the upgrade.',
  },
  newerServer: {
    code: 'db.newer_server',
    kind: 'failure',
    text: 'The data folder {folder} was made by PostgreSQL {found}, and this version of Moorline ships PostgreSQL {shipped}. Start the Moorline version that made it, or a later one.',
  },
  olderServer: {
    code: 'db.older_server',
    kind: 'failure',
    text: 'PostgreSQL {found} was found where {needed} is needed ({place}). Upgrade the cluster with pg_upgrade, or dump it with the old version and load it into a new one.',
  },
  folderInUse: {
    code: 'db.folder_in_use',
    kind: 'failure',
    text: 'The data folder {folder} is in use by process {pid} (started {since}). Stop that one first, or choose another folder with --data.',
  },
  folderUnwritable: {
    code: 'db.folder_unwritable',
    kind: 'failure',
    text: 'The data folder {folder} cannot be written to ({reason}). Give this account write access to it, or choose another folder with --data.',
  },
  clusterDamaged: {
    code: 'db.cluster_damaged',
    kind: 'failure',
    text: 'The data folder {folder} is not complete: {reason}. Restore it from a backup, or choose another folder with --data to begin anew.',
  },
  binariesMissing: {
    code: 'db.binaries_missing',
    kind: 'failure',
    text: 'There is no usable PostgreSQL for {platform}: {reason}. Run npm install again (with optional dependencies), or give the address of a PostgreSQL 15 or later in DATABASE_URL.',
  },
  osUserMissing: {
    code: 'db.os_user_missing',
    kind: 'failure',
    text: 'PostgreSQL refuses to run as root, and the system account {user} could not be made ({reason}). Run Moorline as an ordinary user, or make the account: useradd --system --no-create-home --shell /usr/sbin/nologin {user}',
  },
  startFailed: {
    code: 'db.start_failed',
    kind: 'failure',
    text: 'PostgreSQL did not start: {reason}. Its log is {logFile}.',
  },
  urlInvalid: {
    code: 'db.url_invalid',
    kind: 'failure',
    text: 'The database address is not of the form postgres://user:password@host:port/database ({reason}). Correct DATABASE_URL.',
  },
  urlRefused: {
    code: 'db.url_refused',
    kind: 'failure',
    text: 'The database at {address} refused the connection: {reason}. Check user, password and database name in DATABASE_URL.',
  },
  servingRoleTooStrong: {
    code: 'db.serving_role_too_strong',
    kind: 'failure',
    text: 'The role {role} would bypass row-level security (superuser or BYPASSRLS), so it must not serve requests. Give an ordinary role in DATABASE_URL, and the stronger one as the owner’s address.',
  },
  servingRoleMissing: {
    code: 'db.serving_role_missing',
    kind: 'failure',
    text: 'The role moorline_serving cannot be made or taken on by {role} ({reason}). As a superuser run: CREATE ROLE moorline_serving NOLOGIN; GRANT moorline_serving TO {role};',
  },
} as const;

/** What this package throws; every other PostgreSQL error (a violated constraint, say) is passed on as `pg` made it. */
export const dbErrors: { readonly [Name in keyof typeof TABLE]: ErrorFactory } =
  defineErrors(TABLE);
