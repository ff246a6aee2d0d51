/** Files that are generated from the schema. */
export const SCHEMA_FILE = "landfall.schema.json";
export const PAGE_FILE = "docs/configuration.md";
export const APPLICATION_SCHEMA_FILE = "landfall-application.schema.json";
export const APPLICATION_PAGE_FILE = "docs/application-file.md";
