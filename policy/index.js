// Pulumi's runner of policy packs hands TypeScript to ts-node; what is imported from here Node takes as it is.
import "./pack.ts";
