export { catalogSnapshot } from './catalog-snapshot.ts';
export { MigrationsError, type MigrationsErrorCode } from './errors.ts';
export { ensureLogins, type LoginPasswords, type LoginUrls, loginUrls } from './logins.ts';
export { type Migration, readMigrations } from './migrations.ts';
export { down, goTo, type MigrateOptions, type MigrationStatus, type Step, status, up } from './runner.ts';
