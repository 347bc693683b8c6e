/** Every failure of this package: permanent code, what happened, how to mend it. */
export class MigrationsError extends Error {
  readonly code: MigrationsErrorCode;
  readonly fix: string;

  constructor(code: MigrationsErrorCode, what: string, options: { fix: string; cause?: unknown }) {
    super(`${code}: ${what}. ${options.fix}.`, { cause: options.cause });
    this.name = 'MigrationsError';
    this.code = code;
    this.fix = options.fix;
  }
}

/** What each code means stands in docs/errors. */
export type MigrationsErrorCode =
  | 'BURGEE_MIGRATIONS_001' // directory unreadable or misnamed
  | 'BURGEE_MIGRATIONS_002' // an applied migration was edited afterwards
  | 'BURGEE_MIGRATIONS_003' // a Hasura CLI keeps the books of this database
  | 'BURGEE_MIGRATIONS_004' // a migration failed and was rolled back
  | 'BURGEE_MIGRATIONS_005' // no such version
  | 'BURGEE_MIGRATIONS_006' // no down.sql for an applied version
  | 'BURGEE_MIGRATIONS_007' // someone else is migrating
  | 'BURGEE_POSTGRES_001' // no binaries for this platform
  | 'BURGEE_POSTGRES_002' // the data directory belongs to another major version
  | 'BURGEE_POSTGRES_003' // another program serves the data directory
  | 'BURGEE_POSTGRES_004' // initdb failed
  | 'BURGEE_POSTGRES_005' // the server stopped while starting
  | 'BURGEE_POSTGRES_006' // the server did not answer in time
  | 'BURGEE_POSTGRES_007'; // the data directory was made with another password
