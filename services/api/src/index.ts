export { type NewApiKey, newApiKey } from './access/api-key.ts';
export { hashAccessToken, newAccessToken } from './access/secrets.ts';
export { type Config, ConfigError, type Environment, readConfig } from './config.ts';
export { type RunningApi, startApi } from './main.ts';
export { pullSnapshots } from './pull.ts';
