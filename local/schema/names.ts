/** Files that are generated from the schema. */
export const SCHEMA_FILE = "landfall.schema.json";
export const PAGE_FILE = "docs/configuration.md";
