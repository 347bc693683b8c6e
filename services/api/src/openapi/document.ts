import { dataPaths, operatingPaths } from './data-paths.ts';
import { ofrepPaths } from './ofrep-paths.ts';
import { schemas } from './schemas.ts';
import type { OpenApiDocument } from './shape.ts';

/** What Burgee answers at the doors of applications, written by hand; a test asks every one of them. */
export const openApiDocument: OpenApiDocument = {
  openapi: '3.1.0',
  info: {
    title: 'Burgee',
    version: '0.1.0',
    description: 'Decisions for applications: OFREP 0.3.0, and what the SDKs of Burgee use.',
  },
  servers: [{ url: '/' }],
  security: [{ bearer: [] }, { apiKey: [] }],
  tags: [
    { name: 'OFREP', description: 'For OpenFeature clients of any language.' },
    { name: 'Burgee', description: "For Burgee's own clients." },
    { name: 'Operating', description: 'For those who run it.' },
  ],
  paths: { ...ofrepPaths, ...dataPaths, ...operatingPaths },
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer bgy_…`.' },
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key.' },
    },
    schemas,
  },
};
